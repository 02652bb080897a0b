import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { startBot, USER } from "../bots/sample-bot.ts";
import { has } from "../helpers/program.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { fixtureBytes } from "../sandbox/bot-api/bot-api-server.ts";
import { page, type Snippet, snippetsOf } from "./page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const KEY = "covers/welcome.jpg";
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
    const { stdout } = await world.start([], { wrap: () => [process.execPath, path] }).ended;
    expect(stdout).toBe(`photo ${tg_file_id}\n`);
  });

  it.skipIf(!has("python3"))("has a Python program that sends by id (skipped without Python)", async () => {
    const world = await openWarm();
    world.botApi.control({ update: { chat: USER, text: "/start", bot: "first_bot" } });
    const path = install(only("python", "sqlite3"), "send.py");
    const send = (key: string) => world.start([], { wrap: () => ["python3", path, String(USER), key] }).ended;
    expect(await send(KEY)).toMatchObject({ code: 0, stdout: "2\n", stderr: "" });
    expect(world.posts().at(-1)).toMatchObject({
      transfer: "file_id",
      chat_id: USER,
      parameters: { caption: "Welcome!" },
    });
    expect((await send("covers/none.jpg")).stderr).toContain("LookupError: covers/none.jpg has no id yet");
  });
});
