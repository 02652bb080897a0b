import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import Libsql from "libsql";
import { describe, expect, it } from "vitest";
import { TABLES } from "../../src/ledgers/sql/schema.ts";
import { nodeSqlite } from "../../src/ledgers/sqlite/node-driver.ts";
import { holds } from "../helpers/holds.ts";
import { openWorld, type World } from "../helpers/world.ts";

/** What no prewarm writes, in SQL. */
const ODD = [
  ...["null", "''", "'x'", "-1", "0.5", "1e300", "9223372036854775807", "x'4142'", "'a'||char(0)||'b'"],
  ...[
    "'2026-13-45 99:99:99'",
    "'[]'",
    "'{\"a\":1}'",
    "'{'",
    "'\u001b[31m\u202e\n    at x'",
    "'ready'",
    "'photo'",
  ],
];

/** Commands that read a ledger, by all the ways that there are. */
const READING = [
  ...[["status"], ["status", "--json"], ["failures"], ["failures", "--csv"], ["export"]],
  ...[
    ["export", "--format", "csv"],
    ["lookup", "a.txt"],
    ["report", "-o", "page.html"],
  ],
  ...[["run", "--dry-run"], ["run", "--only", "unknown", "--dry-run"], ["verify"]],
];
/** Those that write. */
const WRITING = [["run"], ["run", "--only", "failed"], ["enqueue", "b.txt"]];

const LOST = `
  insert into media_store (bot_slug, kind, r2_key, r2_etag, bytes, sha256) values ('default', 'photo', 'lost.jpg', 'e', 3, 'zz');
  insert into media_cache (bot_slug, sha256, kind, status, last_error) values ('default', 'zz', 'photo', 'unknown', 'x');
  insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, warmup_chat_id, owner, attempt, state, started_at, tag)
    values ('default', 'zz', 'photo', 'lost.jpg', '-1001', 'o', 1, 'unknown', '2026-01-01 10:00:00', 'abcdefghij');
  insert into prewarm_queue (r2_key, entry, created_at) values ('q.txt', '{"key":"q.txt"}', '2026-01-01 10:00:00');
  insert into prewarm_looks (attempt_id, bot_slug, chat_id, message_id, way, state, started_at)
    values (1, 'default', '-1001', 5, 'edit', 'asking', '2026-01-01 10:00:00')`;

/** A world with a ledger in which there is a row of everything, and a copy of it to begin from again. */
async function filledWorld(): Promise<World> {
  const world = await openWorld();
  for (const key of ["a.txt", "b.txt", "no-picture.jpg"]) world.put(key, `content of ${key}`);
  await world.ask(["run"]);
  world.edit(LOST);
  copyFileSync(join(world.dir, "prewarm.db"), join(world.dir, "base"));
  return world;
}

function begin(world: World, sql: string): void {
  copyFileSync(join(world.dir, "base"), join(world.dir, "prewarm.db"));
  const db = new Libsql(join(world.dir, "prewarm.db"));
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}

/** Runs a command; whatever is in the ledger, it ends as documented, in lines that are all ours. */
async function expectClear(world: World, command: readonly string[]): Promise<number | null> {
  const { code, stderr } = await world.ask(command);
  const said = `${command.join(" ")}: ${stderr}`;
  expect([0, 1, 2, 3, 4, 5], said).toContain(code);
  expect(said).not.toMatch(/unexpected error|^ {4}at |(?!\n)\p{Cc}|\u202e/mu);
  return code;
}

/** All rows of a table as they lie there. */
function rowsIn(world: World, table: string): string {
  return JSON.stringify(world.rows(`select * from ${table}`), (_, value) =>
    typeof value === "bigint" ? `${value}` : value,
  );
}

/** A cell of a table without any rule. */
const spoilt = fc.constantFrom(...TABLES).chain(({ name, columns }) =>
  fc.record({
    table: fc.constant(name),
    column: fc.constantFrom(...columns.map((column) => column.name)),
    odd: fc.constantFrom(...ODD),
    reading: fc.constantFrom(...READING),
    writing: fc.constantFrom(...WRITING),
  }),
);

describe("a ledger made by hand", () => {
  it("with anything in any column is read, or refused in one line and left as it was", async () => {
    const world = await filledWorld();
    await holds(
      spoilt,
      async ({ table, column, odd, reading, writing }) => {
        begin(world, bareOf(table, `${column} = ${odd}`));
        const before = rowsIn(world, table);
        await expectClear(world, reading);
        expect(rowsIn(world, table)).toBe(before);
        const code = await expectClear(world, writing);
        if (code === 2) expect(rowsIn(world, table)).toBe(before);
      },
      12,
    );
  });

  it.each<[what: string, change: string, says: RegExp]>([
    [
      "rows of no bot",
      bareOf("media_cache", "bot_slug = null"),
      /media_cache has rows without bot_slug; fill it in/,
    ],
    [
      "rows of no key",
      bareOf("media_store", "r2_key = null"),
      /media_store has several rows for one \(r2_key\)/,
    ],
    [
      "a pace that is none",
      "update prewarm_lanes set pace = 'fast'",
      /no prewarm writes: pace of row \d+ in prewarm_lanes; mend/,
    ],
    [
      "a fact of no value",
      bareOf("prewarm_identity", "value = iif(key = 'schema_version', value, null)"),
      /prewarm_identity has rows without value/,
    ],
    [
      "a view in place of a table",
      "alter table media_cache rename to c; create view media_cache as select * from c",
      /media_cache|view/,
    ],
    [
      "a version that is none",
      "update prewarm_identity set value = 'x' where key = 'schema_version'",
      /schema version "x", which no prewarm writes; restore/,
    ],
    [
      "a version from before the first",
      "update prewarm_identity set value = '-1'",
      /schema version "-1", which no prewarm writes; restore/,
    ],
    [
      "a version of the future",
      "update prewarm_identity set value = '1e9' where key = 'schema_version'",
      /newer prewarm/,
    ],
  ])("with %s is refused by a run, in one line that says so, and left as it was", async (_, change, says) => {
    const world = await filledWorld();
    begin(world, change);
    const before = TABLES.map(({ name }) => rowsIn(world, name));
    const { code, stderr } = await world.ask(["run"]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
    expect(linesOf(stderr)).toHaveLength(1);
    expect(TABLES.map(({ name }) => rowsIn(world, name))).toEqual(before);
  });

  it.skipIf(nodeSqlite() !== null).each([
    [
      "a key",
      "update media_store set r2_key = cast(x'636166e9' as text) where r2_key = 'a.txt'",
      /r2_key "caf\uFFFD" in media_store/,
    ],
    [
      "a fact",
      "insert into prewarm_identity values ('x', cast(x'41ff' as text))",
      /value "A\uFFFD" in prewarm_identity/,
    ],
    [
      "a text behind a NUL",
      "update media_cache set last_error = cast(x'6100ff' as text)",
      /last_error "a\\u0000\uFFFD" in media_cache/,
    ],
  ])(
    "in which %s is not UTF-8 is refused by all, in one line, before libsql ends the process at it",
    async (_, change, says) => {
      const world = await filledWorld();
      begin(world, change);
      // Each in a process of its own, since libsql would end this one.
      for (const command of [["run"], ["status"], ["export"]]) {
        const { code, stderr } = await world.start(command).ended;
        expect([code, stderr], command.join(" ")).toEqual([2, expect.stringMatching(says)]);
      }
    },
  );

  it.each([
    ["bytes for a key", "update media_store set r2_key = x'61' where r2_key = 'a.txt'", ["export"]],
    ["a look that is none", "update media_cache set shown_as = '{'", ["run", "--dry-run"]],
  ])("with %s is read up to there, and the row is named", async (_, change, command) => {
    const world = await filledWorld();
    begin(world, change);
    const { code, stderr } = await world.ask(command);
    expect([1, 2]).toContain(code);
    expect(linesOf(stderr).at(-1)).toMatch(
      /holds what no prewarm writes: (?:bytes \(a BLOB\) as key|shown_as of row \d+ in media_cache); mend or delete/,
    );
    expect(stderr).not.toMatch(/unexpected error/);
  });

  it.each<[what: string, make: (base: Buffer) => Buffer]>([
    ["nothing but zeros", () => Buffer.alloc(8_192)],
    ["its first half", (base) => base.subarray(0, base.length / 2)],
    ["its first page alone", (base) => base.subarray(0, 4_096)],
    [
      "noise behind its head",
      (base) => Buffer.concat([base.subarray(0, 100), Buffer.alloc(base.length - 100, 0xa5)]),
    ],
    [
      "noise in the midst",
      (base) => Buffer.concat([base.subarray(0, 4_096), Buffer.alloc(base.length - 4_096, 0xa5)]),
    ],
  ])("of which there is %s is refused in one line, and not written over", async (_, make) => {
    const world = await filledWorld();
    const path = join(world.dir, "prewarm.db");
    const bytes = make(readFileSync(path));
    for (const command of [["status"], ["run"], ["export"]]) {
      writeFileSync(path, bytes);
      const { code, stderr } = await world.ask(command);
      expect([command, code, linesOf(stderr).length]).toEqual([command, 2, 1]);
      expect(stderr).not.toMatch(/unexpected error|^ {4}at /m);
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
  });
});

/** A table without any rule, with something else in each row. */
function bareOf(table: string, set: string): string {
  return `create table bare as select * from ${table}; drop table ${table}; alter table bare rename to ${table}; update ${table} set ${set}`;
}

/** What it said, without the line of its version. */
function linesOf(stderr: string): string[] {
  return stderr.trimEnd().split("\n").slice(1);
}
