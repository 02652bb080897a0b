import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { runNeutral } from "../bots/neutral.ts";
import { startBot, USER } from "../bots/sample-bot.ts";
import { startWorker } from "../cli/started-worker.ts";
import { has } from "../helpers/program.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { fixtureBytes } from "../sandbox/bot-api/bot-api-server.ts";
import { page, type Snippet, snippetsOf } from "./page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const KEY = "covers/welcome.jpg";
const BLOCKS = USER + 1;
const LOOKUP_TOKEN = "lookup-token-of-this-test";
const LIBRARIES = ["grammy", "telegraf", "node-telegram-bot-api"];
const snippets = snippetsOf(page("use-the-ids.md"));
const of = (language: string, part: string) =>
  snippets.filter((each) => each.language === language && each.code.includes(part));

/** The only program of the page in this language that has this in it. */
function only(language: string, part: string): Snippet {
  const [snippet, another] = of(language, part);
  if (snippet === undefined || another) throw new Error(`not one ${language} program with ${part}`);
  return snippet;
}

/** A world with a warm object. */
async function openWarm(): Promise<World> {
  const world = await openWorld();
  world.put(KEY, await fixtureBytes(KEY), "image/jpeg");
  expect((await world.run([])).code).toBe(0);
  return world;
}

/** A worker that has warmed it. */
async function openWorker() {
  const world = await openWorld();
  world.put(KEY, await fixtureBytes(KEY), "image/jpeg");
  const worker = await startWorker(world, { env: { LOOKUP_TOKEN } });
  await world.until(() => worker.heard().includes("[MEDIA][PREWARM][OK]"), "the worker has warmed it");
  return { world, worker };
}

/** Writes a program to where it finds prewarm and the libraries as if they were installed, and returns its path. */
function install({ code }: Snippet, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-app-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  symlinkSync(ROOT, join(modules, "prewarm"));
  for (const library of LIBRARIES) symlinkSync(join(ROOT, "node_modules", library), join(modules, library));
  writeFileSync(join(folder, name), code);
  return join(folder, name);
}

describe("docs/captions-topics-protection.md", () => {
  it("has a bot whose caption, buttons and protection go with the id", async () => {
    const world = await openWarm();
    const [snippet = { code: "", language: "" }] = snippetsOf(page("captions-topics-protection.md"));
    const bot = startBot(world, install(snippet, "bot.mjs"));
    const post = await bot.say("/start");
    expect(post).toMatchObject({ transfer: "file_id", bytes_moved: 0 });
    expect(Object.keys(post.parameters)).toEqual(
      expect.arrayContaining(["caption", "parse_mode", "protect_content", "reply_markup"]),
    );
  });
});

describe("docs/use-the-ids.md", () => {
  it.each(LIBRARIES)("has a bot of %s that answers /start by id", async (library) => {
    const world = await openWarm();
    const [snippet = { code: "", language: "" }] = of("js", `prewarm/${library}"`);
    const bot = startBot(world, install(snippet, "bot.mjs"));
    expect(await bot.say("/start")).toMatchObject({
      transfer: "file_id",
      bytes_moved: 0,
      parameters: { caption: "Welcome!" },
    });
  });

  it.each(LIBRARIES)("has a bot of %s that goes on after a user who has blocked it", async (library) => {
    const world = await openWarm();
    world.botApi.control({ update: { chat: BLOCKS, text: "/start", bot: "first_bot" } });
    world.botApi.control({ chat: { id: BLOCKS, kick: true } });
    const [snippet = { code: "", language: "" }] = of("js", `prewarm/${library}"`);
    const bot = startBot(world, install(snippet, "bot.mjs"));
    for (const _ of [1, 2]) expect(await bot.say("/start")).toMatchObject({ transfer: "file_id" });
    expect(bot.process.heard()).toContain("bot was blocked by the user");
  });

  it("has a bot that says so where there is no id and no bucket, and sends the id where there is one", async () => {
    const world = await openWarm();
    const bot = startBot(world, install(only("js", "storage: null"), "bot.mjs"));
    expect(await bot.say("/start")).toMatchObject({ transfer: "file_id" });
    const cold = await openWarm();
    const path = install(only("js", "storage: null"), "bot.mjs");
    cold.botApi.control({ dead: { all: true } });
    expect(await startBot(cold, path).say("/start")).toMatchObject({
      kind: "text",
      parameters: { text: "That picture is on its way, try again in a minute." },
    });
  });

  it("has a program that shows an id", async () => {
    const world = await openWarm();
    const [{ tg_file_id } = {}] = world.rows("select tg_file_id from media_cache");
    const path = install(only("js", "console.log(id.kind"), "id.mjs");
    const { stdout } = await world.ask([], { wrap: () => [process.execPath, path] });
    expect(stdout).toBe(`photo ${tg_file_id}\n`);
  });

  it.skipIf(!has("python3"))("has a Python program that sends by id (skipped without Python)", async () => {
    const world = await openWarm();
    world.botApi.control({ update: { chat: USER, text: "/start", bot: "first_bot" } });
    const path = install(only("python", "sqlite3"), "send.py");
    const send = (key: string) => world.ask([], { wrap: () => ["python3", path, String(USER), key] });
    expect(await send(KEY)).toMatchObject({ code: 0, stdout: "2\n", stderr: "" });
    expect(world.posts().at(-1)).toMatchObject({
      transfer: "file_id",
      chat_id: USER,
      parameters: { caption: "Welcome!" },
    });
    expect((await send("covers/none.jpg")).stderr).toContain("LookupError: covers/none.jpg has no id yet");
  });

  it.skipIf(!has("curl") || !has("jq"))("has requests by which any language sends by id", async () => {
    const { world, worker } = await openWorker();
    world.botApi.control({ update: { chat: USER, text: "/start", bot: "first_bot" } });
    const sh = (code: string) => {
      const env = { PREWARM_URL: worker.url, LOOKUP_TOKEN };
      return world.ask([], { wrap: () => ["sh", "-ec", code], env });
    };
    const [{ tg_file_id } = {}] = world.rows("select tg_file_id from media_cache");
    expect((await sh(only("sh", "--data-urlencode").code)).code).toBe(0);
    expect(world.posts().at(-1)).toMatchObject({
      chat_id: USER,
      transfer: "file_id",
      file_id: tg_file_id,
      parameters: { caption: "Welcome" },
    });
    const { stdout } = await sh(only("sh", '"$api/report"').code);
    const answers = stdout.replaceAll("}{", "}\n{").split("\n").filter(Boolean);
    expect(answers.map((answer) => JSON.parse(answer))).toEqual([
      { ok: true, ids: [{ key: KEY, file_id: tg_file_id, kind: "photo", weak: false }, null] },
      { ok: true, accepted: 1 },
    ]);
  });

  it("has a bot for Cloudflare Workers that answers by id, and without Node.js", async () => {
    const { world, worker } = await openWorker();
    const program = await runNeutral(install(only("js", "createClient(env.PREWARM_URL"), "worker.mjs"));
    const answer = async () => {
      const request = new Request("http://bot.test/", {
        method: "POST",
        body: JSON.stringify({ message: { chat: { id: USER } } }),
      });
      const env = { PREWARM_URL: worker.url, LOOKUP_TOKEN };
      return (await program.fetch(request, env)).json();
    };
    const [{ tg_file_id } = {}] = world.rows("select tg_file_id from media_cache");
    expect(await answer()).toEqual({
      method: "sendPhoto",
      chat_id: USER,
      photo: tg_file_id,
      caption: "Welcome!",
    });
    worker.signal("SIGKILL");
    await worker.ended;
    expect(await answer()).toEqual({ method: "sendMessage", chat_id: USER, text: "One moment, please." });
  });

  it("has a bot for Workers KV that answers by what is exported for it", async () => {
    const world = await openWarm();
    const args = only("sh", "prewarm export").code.trim().split(" ").slice(1);
    expect((await world.ask(args)).code).toBe(0);
    const pairs: { key: string; value: string }[] = JSON.parse(
      readFileSync(join(world.dir, "ids.json"), "utf8"),
    );
    const values = new Map(pairs.map(({ key, value }) => [key, JSON.parse(value)]));
    const program = await runNeutral(install(only("js", "env.IDS"), "worker.mjs"));
    const body = JSON.stringify({ message: { chat: { id: USER } } });
    const request = new Request("http://bot.test/", { method: "POST", body });
    const answer = await program.fetch(request, {
      IDS: { get: async (key: string) => values.get(key) ?? null },
    });
    const [{ tg_file_id } = {}] = world.rows("select tg_file_id from media_cache");
    expect(await answer.json()).toEqual({ method: "sendPhoto", chat_id: USER, photo: tg_file_id });
  });
});
