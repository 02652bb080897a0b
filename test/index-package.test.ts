import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, resolve } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { describe, expect, it, onTestFinished } from "vitest";
import { prewarm } from "../src/index.ts";
import { start } from "./helpers/child.ts";
import { openWorld } from "./helpers/world.ts";

const ROOT = resolve(import.meta.dirname, "..");

const PHOTO = readFileSync(join(ROOT, "fixtures/media/covers/welcome.jpg"));

/** What `import "prewarm"` loads of ours. */
const LOADED_AT_ONCE = [
  "/dist/config/bad-value.js",
  "/dist/config/error.js",
  "/dist/config/mask.js",
  "/dist/config/places.js",
  "/dist/config/plain.js",
  "/dist/domain/postgres-url.js",
  "/dist/ids/open.js",
  "/dist/index.js",
  "/dist/ledgers/error.js",
  "/dist/runs/create-sender.js",
  "/dist/runs/unexpected-error.js",
  "/dist/senders/error.js",
];

/** Packages by which SQLite is read. */
const SQLITE = /^(libsql|@libsql\/.*|@neon-rs\/load|detect-libc)$/;

/** Every entry, with what it exports. */
const ENTRIES: Readonly<Record<string, string>> = {
  prewarm: "BotApiError,ConfigError,LedgerError,SendError,UnexpectedError,createSender,openIds,prewarm",
  "prewarm/client": "BotApiError,SendError,WorkerError,createClient,createSender",
  "prewarm/grammy": "createSender",
  "prewarm/telegraf": "createSender",
  "prewarm/node-telegram-bot-api": "createSender",
};

/** A folder in which this package is installed, as in a project of somebody else's. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "prewarm-package-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/prewarm"));
  symlinkSync(join(ROOT, "node_modules/grammy"), join(folder, "node_modules/grammy"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** The first example of a page, behind a heading. */
function example(file: string, heading: string): string {
  const section = readFileSync(join(ROOT, file), "utf8").split(`${heading}\n`)[1] ?? "";
  return /```js\n(.*?)```/s.exec(section)?.[1] ?? "";
}

describe("the package", () => {
  /** Files that a program loads, with `/`, from `dist/` or `node_modules/` on. */
  function loadedBy(main: string): string[] {
    const hooks = `import { writeSync } from "node:fs";
      export async function resolve(specifier, context, next) {
        const found = await next(specifier, context);
        if (!found.url.startsWith("data:")) writeSync(1, "loads " + found.url + "\\n");
        return found;
      }`;
    const folder = project({
      "hooks.mjs": hooks,
      "register.mjs": 'import { register } from "node:module"; register("./hooks.mjs", import.meta.url);',
      "main.mjs": main,
    });
    const command = ["--import", "./register.mjs", "main.mjs"];
    const { stdout, stderr, status } = spawnSync(process.execPath, command, {
      cwd: folder,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const urls = stdout.split("\n").flatMap((line) => /^loads (.*)/.exec(line)?.[1] ?? []);
    return [...new Set(urls.map((url) => url.replace(/^.*?\/(dist|node_modules)\//, "/$1/")))].sort();
  }

  it("loads next to nothing when it is imported: neither the SDK nor undici", () => {
    const loaded = loadedBy('import "prewarm";');
    expect(loaded.filter((url) => url.startsWith("/dist/"))).toEqual(LOADED_AT_ONCE);
    expect(loaded.filter((url) => url.startsWith("/node_modules/"))).toEqual([]);
  });

  it("loads neither the SDK nor what reads videos to read ids of a ledger", async () => {
    const world = await openWorld();
    world.putMany(1);
    await prewarm({ env: world.env(), folder: null, ledger: `sqlite:${join(world.dir, "prewarm.db")}` });
    const ledger = JSON.stringify(`sqlite:${join(world.dir, "prewarm.db")}`);
    const loaded = loadedBy(`import { openIds } from "prewarm";
      const ids = openIds(${ledger});
      if ((await ids.fileId({ key: "doc/0000.bin" })) === null) throw new Error("no id");
      await ids.close();`);
    const packages = loaded.flatMap((url) => /^\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    expect([...new Set(packages)].filter((name) => !SQLITE.test(name))).toEqual([]);
  });

  it("has a client that loads no module of Node.js, and no package", () => {
    const loaded = loadedBy(
      'import { createClient } from "prewarm/client"; createClient("https://warm.example.com");',
    );
    expect(loaded).toContain("/dist/client.js");
    expect(loaded.filter((url) => !url.startsWith("/dist/") && !url.endsWith("/main.mjs"))).toEqual([]);
  });

  it("has a client that names no global of Node.js", () => {
    const loaded = loadedBy(
      'import { createSender } from "prewarm/client"; createSender({ ids: {}, botToken: "1:a" });',
    );
    const files = loaded.filter((url) => url.startsWith("/dist/")).map((url) => join(ROOT, url));
    const codeOf = (file: string) => readFileSync(file, "utf8").replace(/\/\*.*?\*\/|^\s*\/\/.*$/gms, "");
    const named = files.flatMap(
      (file) => codeOf(file).match(/\b(?:process\.|Buffer\b|setImmediate\b|require\().*/g) ?? [],
    );
    expect(files.length).toBeGreaterThan(20);
    expect(named).toEqual([]);
  });

  it("runs the example of docs/library.md, and writes nothing but what that prints", async () => {
    const world = await openWorld();
    world.put("covers/a.txt", "a");
    world.put("covers/b.txt", "bb");
    world.put("other.txt", "c");
    const text = example("docs/library.md", "# A run from code");
    expect(text).toContain('from "prewarm"');
    const folder = project({ "example.mjs": text });
    const ended = await start([process.execPath, "example.mjs"], { cwd: folder, env: world.env() }).ended;
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout.trim().split("\n").sort()).toEqual([
      "2 ready, 0 failed",
      expect.stringMatching(/^covers\/a\.txt ready \S+$/),
      expect.stringMatching(/^covers\/b\.txt ready \S+$/),
    ]);
    world.searchForSecrets(ended);
  });

  it("runs the README's bot: the first message by the id of a ledger, and one that is not warm", async () => {
    const world = await openWorld();
    world.put("covers/a.jpg", PHOTO, "image/jpeg");
    const root = JSON.stringify({ client: { apiRoot: world.botApi.url } });
    const text = example("README.md", "## Use the ids").replace(
      "TELEGRAM_BOT_TOKEN)",
      `TELEGRAM_BOT_TOKEN, ${root})`,
    );
    const folder = project({ "bot.mjs": text });
    const ledger = `sqlite:${join(folder, "prewarm.db")}`;
    const bot = start([process.execPath, "bot.mjs"], { cwd: folder, env: world.env() });
    const says = (chat: number) =>
      world.botApi.control({ update: { chat, text: "/start", bot: "first_bot" } });
    const answers = () => world.posts().filter(({ chat_id }) => chat_id > 0);
    says(501);
    await world.until(() => answers().length === 1, "the first user has the object");
    await prewarm({ env: world.env(), folder: null, ledger });
    says(502);
    await world.until(() => answers().length === 2, "the second user has it");
    bot.signal("SIGKILL");
    await bot.ended;
    expect(answers().map(({ transfer, bytes_moved }) => [transfer, bytes_moved])).toEqual([
      ["url", PHOTO.length],
      ["file_id", 0],
    ]);
    expect(answers().map(({ parameters }) => parameters.caption)).toEqual(["Hello", "Hello"]);
  });

  it("takes no signals, ends no process and leaves nothing open", async () => {
    const world = await openWorld();
    world.putMany(2);
    const main = `import { prewarm } from "prewarm";
      const signals = () => process.eventNames().filter((name) => String(name).startsWith("SIG"));
      const seen = new Set();
      const result = await prewarm({ events: { item: () => signals().forEach((name) => seen.add(name)) } });
      console.log(JSON.stringify({ ready: result.ready, seen: [...seen], exitCode: process.exitCode ?? null }));`;
    const folder = project({ "main.mjs": main });
    const ended = await start([process.execPath, "main.mjs"], { cwd: folder, env: world.env() }).ended;
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(ended.stdout)).toEqual({ ready: 2, seen: [], exitCode: null });
  });
});

/** What `npm pack --json` says of a package. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** The declarations that those of the entries lead to, and that are not among these files. */
function withoutDeclaration(paths: readonly string[]): string[] {
  const found = new Set(Object.keys(ENTRIES).flatMap((entry) => entriesOf(entry.split("/")[1] ?? "index")));
  for (const file of found) {
    if (!paths.includes(file)) continue;
    const text = readFileSync(join(ROOT, file), "utf8");
    for (const [, to = ""] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g))
      found.add(posix.join(posix.dirname(file), to.replace(/(\.d)?\.(c?)[jt]s$/, ".d.$2ts")));
  }
  return [...found].filter((file) => !paths.includes(file));
}

const entriesOf = (name: string) => [`dist/${name}.d.ts`, `dist/${name}.d.cts`];

describe("what is published", () => {
  it("has for each entry what import and require ask for, types included", async () => {
    const folder = project({});
    const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
    const { stdout } = spawnSync("npm", pack, { cwd: ROOT, encoding: "utf8" });
    const [{ filename, files }] = JSON.parse(stdout) as [Packed];
    const tarball = new Uint8Array(readFileSync(join(folder, filename)));
    const checked = await checkPackage(createPackageFromTarballData(tarball));
    expect(checked).toMatchObject({ problems: [], types: { kind: "included" } });
    const { messages } = await publint({ pkgDir: ROOT, strict: true, pack: false });
    expect(messages).toEqual([]);
    const paths = files.map(({ path }) => path);
    expect(withoutDeclaration(paths)).toEqual([]);
    expect(paths.filter((path) => /\.map$|(?<!\.d)\.c?ts$|^(src|test)\//.test(path))).toEqual([]);
  });

  it.each(Object.keys(ENTRIES))("can be imported and required: %s", async (entry) => {
    const names = `Object.keys(found).filter((name) => !/^__/.test(name) && name !== "default").sort().join()`;
    const folder = project({
      "main.mjs": `import * as found from "${entry}"; console.log(${names});`,
      "main.cjs": `const found = require("${entry}"); console.log(${names});`,
    });
    for (const main of ["main.mjs", "main.cjs"]) {
      const ended = await start([process.execPath, main], { cwd: folder, env: {} }).ended;
      expect(ended).toMatchObject({ code: 0, stdout: `${ENTRIES[entry]}\n` });
    }
  });
});

describe("its types", () => {
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: "nodenext",
    target: "es2023",
    lib: ["es2023", "dom"],
    types: [],
    noEmit: true,
  };

  /** What tsc has to say about a project that uses this package, the package's declarations included. */
  function complaintsOf(main: string, more: object = {}): string[] {
    const folder = project({
      "main.mts": main,
      "tsconfig.json": JSON.stringify({ compilerOptions: { ...options, ...more }, files: ["main.mts"] }),
    });
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "--pretty", "false", "-p", folder], {
      encoding: "utf8",
      cwd: folder,
    });
    // A compiler that does not start has no complaints either.
    const lines = `${stdout}${stderr}`.split("\n").filter((line) => line.trim() !== "");
    return status === 0 ? [] : [...lines, `ended ${status}`];
  }

  it("give options, listeners and result a shape, without anything else being installed", () => {
    const main = `import { ConfigError, type ItemResult, LedgerError, prewarm, type PrewarmOptions } from "prewarm";
      const options: PrewarmOptions = { chats: [-1001, "@channel"], pace: "20/min", maxFailures: "5%", only: ["failed"] };
      const items: ItemResult[] = [];
      const events = { item: (item: ItemResult) => items.push(item) };
      try {
        const { ready, latencyMs, cause, plan } = await prewarm({ ...options, events, signal: AbortSignal.timeout(1000) });
        const sum: number = ready + latencyMs.p95 + (plan?.toWarm ?? 0);
        const why: string = cause === null ? "" : "failure" in cause ? cause.failure.reason : cause.type;
        console.log(sum, why);
        await prewarm({ events: { stopping: ({ type }) => console.log(type), lane: ({ perMinute }) => perMinute.toFixed() } });
      } catch (error) {
        if (error instanceof ConfigError) console.log(error.problems[0]?.length, error.hint);
        else if (error instanceof LedgerError) console.log(error.exitCode satisfies 1 | 2);
        else throw error;
      }
      export {};`;
    expect(complaintsOf(main)).toEqual([]);
  });

  it("give the senders the options and messages of their libraries", () => {
    const main = `import { Bot, InlineKeyboard } from "grammy";
      import { createSender as fromToken, openIds } from "prewarm";
      import { createClient } from "prewarm/client";
      import { createSender } from "prewarm/grammy";
      const sender = createSender(new Bot("1:a"), { ids: openIds("sqlite:a.db"), reportTo: createClient("https://a.example") });
      const reply_markup = new InlineKeyboard().text("More", "more");
      const { message, by } = await sender.send({ chat: 1, key: "a.jpg", caption: "A", reply_markup, has_spoiler: true });
      console.log(message.message_id.toFixed(), by satisfies "file_id" | "url" | "upload");
      // @ts-expect-error
      await sender.send({ chat: 1, key: "a.jpg", capton: "A" });
      // @ts-expect-error
      await sender.send({ chat: 1, caption: "A" });
      const plain = fromToken({ ids: createClient("https://a.example"), botToken: "1:a" });
      await plain.send({ chat: "@a", key: "a.jpg", kind: "photo", caption: "A" });`;
    expect(complaintsOf(main, { skipLibCheck: true })).toEqual([]);
  });

  it("of the client need no types of Node.js", () => {
    const main = `import { createClient, createSender, type BoundBucket } from "prewarm/client";
      declare const bucket: BoundBucket;
      const ids = createClient("https://a.example", { token: "t", bot: "news" });
      const sender = createSender({ ids, bucket, botToken: "1:a" });
      const { by } = await sender.send({ chat: 42, key: "a.jpg", caption: "A" });
      console.log(by satisfies string, (await ids.fileId({ key: "a.jpg" }))?.kind);`;
    expect(complaintsOf(main)).toEqual([]);
  });

  it("refuse options, values, events and fields that there are none of", () => {
    const main = `import { prewarm } from "prewarm";
      // @ts-expect-error
      await prewarm({ concurency: 5 });
      // @ts-expect-error
      await prewarm({ order: "biggest" });
      // @ts-expect-error
      await prewarm({ events: { done: () => {} } });
      // @ts-expect-error
      (await prewarm()).readdy;
      export {};`;
    expect(complaintsOf(main)).toEqual([]);
  });
});
