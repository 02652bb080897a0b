import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeSqlite } from "../../src/ledgers/sqlite/node-driver.ts";
import { openWorld } from "../helpers/world.ts";

/** As if npm had left out the optional dependency that holds the native module. */
const WITHOUT = `
const Module = require("node:module");
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...more) {
  if (name.startsWith("@libsql/"))
    throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: "MODULE_NOT_FOUND" });
  return resolve.call(this, name, ...more);
};
`;

async function worldWithout() {
  const world = await openWorld();
  const preload = join(world.dir, "without.cjs");
  writeFileSync(preload, WITHOUT);
  const start = (args: string[]) =>
    world.start(args, { env: { NODE_OPTIONS: `--require ${preload}` } }).ended;
  return { world, start };
}

describe.runIf(nodeSqlite())("on a Node with SQLite of its own", () => {
  it("nothing needs the native module, and no warning tells of Node's own", async () => {
    const { start } = await worldWithout();
    const { code, stderr } = await start(["run", "--progress", "none"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/Warning|libsql/) });
  });
});

describe.skipIf(nodeSqlite())("on a Node without SQLite", () => {
  it.each([["run"], ["run", "--dry-run"], ["worker", "--port", "0"], ["status"]])(
    "prewarm %s %s says in one line what to do where SQLite does not load, and ends 2",
    async (...args) => {
      const { world, start } = await worldWithout();
      // A ledger that is there, since without one status has nothing to open.
      writeFileSync(join(world.dir, "prewarm.db"), "");
      const { code, stderr } = await start(args);
      expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
        /^prewarm: SQLite's native module \(libsql\) does not load on \S+: Cannot find module '@libsql\/\S+'; .*npm install --include=optional/,
      );
      expect(stderr).not.toMatch(/unexpected|\n {4}at /);
      expect(code).toBe(2);
    },
  );

  it("check-env, --version and --help live without it, and check-env names it", async () => {
    const { start } = await worldWithout();
    expect(await start(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d/) });
    expect(await start(["run", "--help"])).toMatchObject({ code: 0 });
    const { code, stdout } = await start(["check-env", "--json"]);
    const { findings } = JSON.parse(stdout) as {
      findings: { id: string; status: string; found: string; next: string | null }[];
    };
    expect(code).toBe(1);
    const failed = findings.filter(({ status }) => status === "fail");
    expect(failed.map(({ id }) => id)).toEqual(["native-module"]);
    expect(failed[0]?.next).toMatch(/npm install --include=optional$/);
    expect(findings.find(({ id }) => id === "ledger-file")?.found).toBe(
      "not looked at while native-module does not hold",
    );
  });
});
