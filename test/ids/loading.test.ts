import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";

const INDEX = pathToFileURL(join(import.meta.dirname, "../../dist/index.js")).href;

/** Each module that a process loads, by import or require, a line. */
const HOOKS = `import { writeSync } from "node:fs";
  export async function resolve(specifier, context, next) {
    const found = await next(specifier, context);
    if (found.url.startsWith("file:")) writeSync(1, found.url + "\\n");
    return found;
  }`;

it("of ids from a file takes SQLite and nothing else: no SDK, no media reader, no command line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-loading-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "prewarm.db");
  const ledger = await openSqliteLedger({ path, command: "prewarm run" });
  const asked = facts(object("a.jpg"));
  await ledger.confirm(await ledger.begin(asked), confirmation(asked, "a1"));
  await ledger.close();
  writeFileSync(join(folder, "hooks.mjs"), HOOKS);
  writeFileSync(
    join(folder, "register.mjs"),
    'import { register } from "node:module"; register("./hooks.mjs", import.meta.url);',
  );
  writeFileSync(
    join(folder, "main.mjs"),
    `import { createRequire } from "node:module";
    import { openIds } from ${JSON.stringify(INDEX)};
    const ids = openIds("sqlite:prewarm.db");
    console.log((await ids.fileId({ key: "a.jpg" })).fileId);
    await ids.report({ type: "learned", key: "b.jpg", kind: "photo", fileId: "b1", fileUniqueId: null, etag: "e", bytes: 1 });
    console.log((await ids.fileId({ key: "b.jpg" })).fileId);
    await ids.close();
    console.log(Object.keys(createRequire(import.meta.url).cache).join("\\n"));`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--import", "./register.mjs", "main.mjs"], {
    cwd: folder,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n")).toEqual(expect.arrayContaining(["a1", "b1"]));
  const packages = stdout
    .split("\n")
    .flatMap((line) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(line)?.[1] ?? []);
  const sqlite = /^(libsql|@libsql\/.*|@neon-rs\/load|detect-libc)$/;
  expect([...new Set(packages)].filter((name) => !sqlite.test(name))).toEqual([]);
  const rooms = stdout.split("\n").flatMap((line) => /\/dist\/(\w+)\//.exec(line)?.[1] ?? []);
  const heavy = ["commands", "compose", "pipeline", "storage", "telegram", "transfers"];
  expect(rooms.filter((room) => heavy.includes(room))).toEqual([]);
});
