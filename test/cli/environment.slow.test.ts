import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { endsOf, itemsOf, summaryOf } from "../helpers/child.ts";
import { openWorld, TOKEN, type World } from "../helpers/world.ts";
import { expectAgreement, expectSum } from "./agreement.ts";

const FAST = { WARMUP_CHAT_ID: "-1001,-1002", MEDIA_PREWARM_CONCURRENCY: "20" };
const FIXTURES = new URL("../../fixtures/media/", import.meta.url);

/** 1,196 documents, and a photo, a voice message, an animation and a video that go by URL. */
function fill(world: World): string[] {
  const media = ["covers/welcome.jpg", "voice/welcome.ogg", "gifs/hello.gif", "clips/intro.mp4"];
  for (const key of media) world.put(key, readFileSync(new URL(key, FIXTURES)));
  return [...media, ...world.putMany(1_196)];
}

describe("with environment variables only", () => {
  it("warms 1,200 objects by listing; each line, each row and each message agree", async () => {
    const world = await openWorld();
    fill(world);
    const ended = await world.runWith(FAST, "--json");
    expect(ended.code).toBe(0);
    expect(summaryOf(ended)).toMatchObject({ total: 1_200, ready: 1_200, success_rate: 1 });
    expect(new Set(itemsOf(ended).map(({ transfer }) => transfer))).toEqual(new Set(["url", "upload"]));
    expect(new Set(world.posts().map(({ chat_id }) => chat_id)).size).toBe(2);
    expect(world.rows("select count(*) as n from media_cache")).toEqual([{ n: 1_200 }]);
    expectAgreement(world, ended);
    expectSum(ended);
  });

  it("warms the same by a manifest on stdin, and a second time posts nothing", async () => {
    const world = await openWorld();
    const keys = fill(world);
    const stdin = keys.map((key) => `${JSON.stringify({ key })}\n`).join("");
    const args = ["--manifest", "-", "--manifest-format", "jsonl", "--json"];
    const first = await world.run(args, { stdin, env: FAST });
    expect(first.code).toBe(0);
    expect(summaryOf(first)).toMatchObject({ total: 1_200, ready: 1_200 });
    expectAgreement(world, first);
    expectSum(first);
    const second = await world.run(args, { stdin, env: FAST });
    expect(summaryOf(second)).toMatchObject({ total: 1_200, skipped: 1_200, exit_code: 0 });
    expect(world.posts()).toHaveLength(1_200);
    expectSum(second);
  });

  it("reads secrets from files, the rest from .env, and lets the environment win over .env", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    const all = world.env();
    const emptied = Object.fromEntries(Object.keys(all).map((name) => [name, ""]));
    const token = world.secretFile("token.txt", `${TOKEN}\n`);
    const secret = world.secretFile("secret.txt", all.R2_SECRET_ACCESS_KEY ?? "");
    world.secretFile(
      ".env",
      [
        `R2_ENDPOINT=${all.R2_ENDPOINT}`,
        "R2_BUCKET=nothing",
        `R2_ACCESS_KEY_ID="${all.R2_ACCESS_KEY_ID}"`,
        `R2_SECRET_ACCESS_KEY_FILE=${secret}`,
        `TELEGRAM_API_ROOT=${all.TELEGRAM_API_ROOT}`,
        "WARMUP_CHAT_ID=-1002",
      ].join("\n"),
    );
    const env = { ...emptied, R2_BUCKET: "media", TELEGRAM_BOT_TOKEN_FILE: token };
    const ended = await world.run(["--json"], { env });
    expect(endsOf(ended)).toEqual({ "a.txt": "ready" });
    expect(world.posts().map(({ chat_id }) => chat_id)).toEqual([-1002]);
  });

  it("takes an endpoint that was pasted with the bucket behind it", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    const ended = await world.runWith({ R2_ENDPOINT: `${world.r2.url}/media` }, "--json");
    expect(endsOf(ended)).toEqual({ "a.txt": "ready" });
  });

  it("takes every key as it is, by URL and by upload", async () => {
    const world = await openWorld();
    const gif = readFileSync(new URL("gifs/hello.gif", FIXTURES));
    const odd = [
      "a b+c%20d",
      "?x=1&y",
      "#hash;",
      "ü/é 漢字",
      "/leading//double",
      "../up/./here",
      "q'uo\"te(1)*!~",
      "100%",
    ];
    const keys = odd.flatMap((name) => [`${name}.gif`, `${name}.txt`]);
    for (const [i, key] of keys.entries())
      world.put(key, key.endsWith(".gif") ? Buffer.concat([gif, Buffer.from([i])]) : `${key}`);
    const ended = await world.run(["--json"]);
    expect(endsOf(ended)).toEqual(Object.fromEntries(keys.map((key) => [key, "ready"])));
    // Who fetches a URL makes the path short before: of `..` nothing is left, so that one is uploaded in the end.
    const fetched = itemsOf(ended).filter(({ transfer }) => transfer === "url");
    expect(fetched).toHaveLength(odd.length - 1);
    expectAgreement(world, ended);
    expect(summaryOf(await world.run(["--json"]))).toMatchObject({ skipped: keys.length });
  });

  it("keeps a chat that is named by its @username under its number", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    const ended = await world.runWith({ WARMUP_CHAT_ID: "@second_chat,-1002" }, "--json");
    expect(itemsOf(ended)).toMatchObject([{ status: "ready", chat_id: "-1002" }]);
    expect(world.rows("select warmup_chat_id as chat from media_cache")).toEqual([{ chat: "-1002" }]);
    expect(ended.stderr).toContain("1 lane,");
  });

  it("names the content by its SHA-256 when it was uploaded", async () => {
    const world = await openWorld();
    world.put("a.txt", "abc");
    await world.run([]);
    const sha256 = createHash("sha256").update("abc").digest("hex");
    expect(world.rows("select sha256, kind, status from media_cache")).toEqual([
      { sha256, kind: "document", status: "ready" },
    ]);
  });
});
