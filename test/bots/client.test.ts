import { describe, expect, it } from "vitest";
import { startWorker } from "../cli/started-worker.ts";
import { openWorld, TOKEN, type World } from "../helpers/world.ts";
import { fixtureBytes } from "../sandbox/bot-api/bot-api-server.ts";
import { bundle, r2Binding, runNeutral } from "./neutral.ts";
import { botFile, converse } from "./sample-bot.ts";

const WELCOME = "covers/welcome.jpg";
const LATER = "covers/menu.png";
const LOOKUP_TOKEN = "lookup-token-of-this-test";
const FILE = botFile("cloudflare-worker.mjs");

/** A worker (`prewarm worker`) that has warmed `covers/welcome.jpg`, and the sample bot beside it. */
async function open() {
  const world = await openWorld();
  world.put(WELCOME, await fixtureBytes(WELCOME), "image/jpeg");
  const worker = await startWorker(world, { env: { LOOKUP_TOKEN } });
  await world.until(() => worker.heard().includes("[MEDIA][PREWARM][OK]"), "the worker has warmed it");
  return { world, worker, say: await bot(world, worker.url) };
}

/** Hands updates to the sample bot, as Telegram does by webhook. */
async function bot(world: World, worker: string) {
  const program = await runNeutral(FILE);
  const env = {
    TELEGRAM_BOT_TOKEN: TOKEN,
    TELEGRAM_API_ROOT: world.botApi.url,
    PREWARM_URL: worker,
    LOOKUP_TOKEN,
    BOT: "default",
    MEDIA: r2Binding(world),
  };
  let offset = 0;
  return async (text: string) => {
    const answer = converse(world, text);
    const updates = await fetch(`${world.botApi.url}/bot${TOKEN}/getUpdates?timeout=50&offset=${offset}`);
    const { result } = (await updates.json()) as { result: { update_id: number }[] };
    for (const update of result) {
      offset = update.update_id + 1;
      const request = new Request("http://bot.test/", { method: "POST", body: JSON.stringify(update) });
      expect((await program.fetch(request, env)).status).toBe(200);
    }
    return answer;
  };
}

describe("the sample bot for Cloudflare Workers, bundled for no platform and run without Node.js", () => {
  it("asks for no module of Node.js", async () => {
    const code = await bundle(FILE, "esm");
    expect(code).not.toMatch(/\bimport\b[^(]*from|require\(|\bprocess\.|\bBuffer\b/);
    expect(code.length).toBeLessThan(40_000);
  });

  it("answers the first /start by id, and no bytes move", async () => {
    const { say } = await open();
    expect(await say("/start")).toMatchObject({ method: "sendPhoto", transfer: "file_id", bytes_moved: 0 });
  });

  it("delivers an object without an id from its own bucket, and has its id the second time", async () => {
    const { world, say } = await open();
    world.put(LATER, await fixtureBytes(LATER), "image/png");
    const first = await say(LATER);
    expect(first).toMatchObject({ transfer: "upload", bytes_moved: first.bytes });
    expect(await say(LATER)).toMatchObject({ transfer: "file_id", file_id: first.file_id });
  });

  it("heals an id that is dead, and the user gets the object all the same", async () => {
    const { world, say } = await open();
    const { file_id } = await say("/start");
    world.botApi.control({ dead: { file_id } });
    const healed = await say("/start");
    expect(healed).toMatchObject({ method: "sendPhoto", transfer: "upload" });
    expect(await say("/start")).toMatchObject({ transfer: "file_id", file_id: healed.file_id });
  });

  it("answers while the worker is dead", async () => {
    const { worker, say } = await open();
    worker.signal("SIGKILL");
    await worker.ended;
    expect(await say("/start")).toMatchObject({ method: "sendPhoto", transfer: "upload" });
  });
});
