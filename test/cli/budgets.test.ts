import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isReason } from "../../src/domain/reasons.ts";
import { endsOf, itemsOf, linesOf, summaryOf } from "../helpers/child.ts";
import { openHeldWorld, openWorld, type World } from "../helpers/world.ts";

const refuse = (probability = 1) => ({
  server: "bot-api" as const,
  match: { method: "sendDocument", probability },
  fault: { type: "status", status: 400, body: "json", description: "Bad Request: DOCUMENT_INVALID" },
});

const failedOf = (world: World) =>
  world.rows("select count(*) as n from media_cache where status = 'error'")[0]?.n;

describe("a run that fails too much stops and ends 5", () => {
  it.each([
    { args: ["--max-failures", "3"], failures: 4, says: "too many failures, such as" },
    { args: ["--max-failures", "0"], failures: 1, says: "too many failures, such as" },
    { args: ["--max-failures", "50%"], failures: 20, says: "too many failures" },
    { args: [], failures: 20, says: "too many failures of one class in a row, such as" },
  ])("$args", async ({ args, failures, says }) => {
    const world = await openWorld();
    world.putMany(60);
    world.botApi.control({ faults: [refuse()] });
    const ended = await world.run([...args, "--json", "-c", "1"]);
    expect(ended.code).toBe(5);
    expect(summaryOf(ended)).toMatchObject({ failed: failures, total: failures, exit_code: 5 });
    expect(ended.stderr).toContain(says);
    expect(failedOf(world)).toBe(failures);
    world.botApi.control({ faults: [] });
    const next = await world.run(["--json"]);
    expect(summaryOf(next)).toMatchObject({ ready: 60 - failures, left_failed: failures, exit_code: 3 });
  });

  it("but not for failures with successes between them", async () => {
    const world = await openWorld();
    world.putMany(60);
    world.botApi.control({ faults: [refuse(0.5)] });
    const ended = await world.run(["--json", "--max-failures", "90%"]);
    expect(ended.code).toBe(3);
    expect(summaryOf(ended).total).toBe(60);
  });
});

describe("--max-duration", () => {
  it("lets what is under way finish, ends 5, and the next run goes on", async () => {
    const { world, hold } = await openHeldWorld();
    world.putMany(20);
    const running = world.start(["run", "--max-duration", "1s", "--json"]);
    const isUp = "the time given by --max-duration is up; run again to go on";
    await world.until(() => running.heard().includes(isUp), "the time is up");
    await hold.end();
    const ended = await running.ended;
    expect(ended.code).toBe(5);
    const { ready, total } = summaryOf(ended);
    expect(ready).toBe(total);
    expect(ready).toBeLessThanOrEqual(5);
    expect(summaryOf(await world.run(["--json"]))).toMatchObject({ ready: 20 - ready, skipped: ready });
  });
});

describe("--failed-to", () => {
  it("writes what failed or is unknown as a manifest that --manifest takes", async () => {
    const world = await openWorld();
    world.putMany(4);
    world.put("b/lost.txt", "lost");
    world.botApi.control({
      faults: [
        refuse(),
        { server: "bot-api", match: { method: "sendDocument", nth: 3 }, fault: { type: "post_then_drop" } },
      ],
    });
    const stdin = ["doc/0000.bin", "doc/0001.bin", "b/lost.txt"]
      .map((key) => `${JSON.stringify({ key, title: key })}\n`)
      .join("");
    const args = ["--manifest", "-", "--manifest-format", "jsonl", "--failed-to", "failed.jsonl"];
    const first = await world.run([...args, "-c", "1"], { stdin: `${stdin}{"broken\n` });
    expect(first.code).toBe(3);
    const written = readFileSync(join(world.dir, "failed.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(written.map(({ key }) => key).sort()).toEqual(["b/lost.txt", "doc/0000.bin", "doc/0001.bin"]);
    expect(written[0]).toMatchObject({ bot: "default", kind: "document", title: written[0].key });
    for (const { reason, message } of written) {
      expect(isReason(reason)).toBe(true);
      expect(message).toMatch(/\w/);
    }
    world.botApi.control({ faults: [] });
    const second = await world.run(["--manifest", "failed.jsonl", "--force", "--json"]);
    expect(Object.values(endsOf(second))).toEqual(["ready", "ready", "ready"]);
    expect(second.code).toBe(0);
  });
});

describe("--delete-after", () => {
  it("removes each warmup message once its id is safe", async () => {
    const world = await openWorld();
    world.putMany(5);
    const ended = await world.run(["--delete-after", "--json"]);
    expect(summaryOf(ended)).toMatchObject({ ready: 5, exit_code: 0 });
    expect(world.posts().map(({ deleted }) => deleted)).toEqual([true, true, true, true, true]);
    expect(summaryOf(await world.run(["--json"]))).toMatchObject({ skipped: 5 });
  });
});

describe("a manifest", () => {
  it("says what an object is, who warms it, and how it is dressed", async () => {
    const world = await openWorld();
    world.put("track", readFileSync(new URL("../../fixtures/media/music/theme.mp3", import.meta.url)));
    world.put("thumb.jpg", readFileSync(new URL("../../fixtures/media/covers/welcome.jpg", import.meta.url)));
    const entries = [
      {
        key: "track",
        kind: "audio",
        filename: "theme.mp3",
        title: "Theme",
        performer: "The Fixtures",
        duration: 3,
      },
      { key: "track", kind: "audio", bot: "nobody" },
      { key: "thumb.jpg", kind: "photo", sha256: "0".repeat(64) },
    ];
    const stdin = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    const ended = await world.run(
      ["--manifest", "-", "--manifest-format", "jsonl", "--transfer", "upload", "--json"],
      { stdin },
    );
    expect(ended.code).toBe(3);
    const ends = itemsOf(ended).map(({ key, bot, status, reason }) => [key, bot, status, reason]);
    expect(ends).toEqual(
      expect.arrayContaining([
        ["track", "default", "ready", null],
        ["track", "nobody", "failed", "manifest_bot"],
        ["thumb.jpg", "default", "failed", "object_mismatch"],
      ]),
    );
    expect(world.posts()).toMatchObject([{ kind: "audio", file_name: "theme.mp3" }]);
    expect(linesOf(ended)).toHaveLength(4);
  });

  it.each(["media.jsonl", "media.json", "media.csv"])("of the samples runs: %s", async (name) => {
    const world = await openWorld();
    const folder = new URL("../../fixtures/", import.meta.url);
    const keys = [
      ...readFileSync(new URL(`manifests/${name}`, folder), "utf8").matchAll(/[\w]+\/[^",\n]+\.\w+/g),
    ].map(([key]) => key);
    for (const key of new Set([...keys, "covers/welcome.jpg"]))
      world.put(key, readFileSync(new URL(`media/${key}`, folder)));
    const ended = await world.run([
      "--manifest",
      fileURLToPath(new URL(`manifests/${name}`, folder)),
      "--json",
    ]);
    expect(ended.code).toBe(0);
    const { ready, weak, total } = summaryOf(ended);
    expect(ready + weak).toBe(total);
    expect(total).toBeGreaterThanOrEqual(5);
  });
});
