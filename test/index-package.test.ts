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
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { start } from "./helpers/child.ts";
import { openWorld } from "./helpers/world.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** A folder in which this package is installed, as in a project of somebody else's. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "prewarm-package-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/prewarm"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** The example of README's section "From code". */
function example(): string {
  const section = readFileSync(join(ROOT, "README.md"), "utf8").split("\n### From code\n")[1] ?? "";
  return /```js\n(.*?)```/s.exec(section)?.[1] ?? "";
}

describe("the package", () => {
  it("loads next to nothing when it is imported: neither the SDK nor undici", () => {
    const hooks = `import { writeSync } from "node:fs";
      export async function resolve(specifier, context, next) {
        const found = await next(specifier, context);
        if (found.url.startsWith("file:")) writeSync(1, found.url + "\\n");
        return found;
      }`;
    const folder = project({
      "hooks.mjs": hooks,
      "register.mjs": 'import { register } from "node:module"; register("./hooks.mjs", import.meta.url);',
      "main.mjs": 'import "prewarm";',
    });
    const command = ["--import", "./register.mjs", "main.mjs"];
    const { stdout, status } = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
    expect(status).toBe(0);
    const ours = stdout.split("\n").filter((url) => url.includes("/dist/"));
    expect([...new Set(ours.map((url) => url.slice(url.indexOf("/dist/"))))].sort()).toEqual([
      "/dist/config/bad-value.js",
      "/dist/config/error.js",
      "/dist/config/mask.js",
      "/dist/config/places.js",
      "/dist/config/plain.js",
      "/dist/ids/open.js",
      "/dist/index.js",
      "/dist/ledgers/error.js",
      "/dist/runs/unexpected-error.js",
    ]);
    expect(stdout).not.toContain("/node_modules/undici");
    expect(stdout).not.toContain("/node_modules/@aws-sdk");
  });

  it("runs the README's example, and writes nothing but what that prints", async () => {
    const world = await openWorld();
    world.put("covers/a.txt", "a");
    world.put("covers/b.txt", "bb");
    world.put("other.txt", "c");
    const text = example();
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

  it("can be required", async () => {
    const folder = project({ "main.cjs": 'console.log(typeof require("prewarm").prewarm);' });
    const ended = await start([process.execPath, "main.cjs"], { cwd: folder, env: {} }).ended;
    expect(ended.stdout).toBe("function\n");
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
  function complaintsOf(main: string): string[] {
    const folder = project({
      "main.mts": main,
      "tsconfig.json": JSON.stringify({ compilerOptions: options, files: ["main.mts"] }),
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
