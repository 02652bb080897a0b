import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sqlite } from "../../../src/ledgers/sqlite/adapter.ts";
import { checkSpans, columnsIn } from "../../../src/ledgers/sqlite/checks.ts";
import { openSqliteLedger } from "../../../src/ledgers/sqlite.ts";
import { confirmation, facts, object, SHA_A, SHA_B } from "../../conformance/tested-ledger.ts";

/** Tables as another program may have made them: narrow checks, no column of ours, extras of its own. */
const OLD_TABLES = `
  pragma user_version = 41;
  create table bots (id integer primary key, slug text unique, warmup_chat_id text);
  create table "media_store" (
    id integer primary key autoincrement, bot_slug text not null, -- check (kind in ('x'))
    kind text not null constraint store_kind check ("kind" in ('photo', 'video', 'document', 'audio') -- see docs:kinds
      ),
    r2_key text not null unique, r2_etag text, bytes integer check (bytes >= 0), sha256 text, ext text, mime text,
    width integer, height integer, duration real, created_at text, updated_at text, campaign text default 'check (me)');
  create table media_cache (
    id integer primary key, bot_slug text not null references bots (slug), sha256 text not null, kind text not null,
    tg_file_id text, tg_file_unique_id text, warmup_chat_id text, warmup_message_id integer, warmup_at text,
    status text not null default 'warming', last_error text, retry_count integer not null default 0,
    next_retry_at text, created_at text, updated_at text, note blob,
    check (media_cache.kind in ('photo', 'video', 'document', 'audio') and status in ('warming', 'ready', 'error')),
    check (status <> 'ready' or tg_file_id is not null),
    unique (bot_slug, sha256, kind));
  create table uses (cache_id integer references media_cache (id));
  create index cache_status on media_cache (status) where status = 'warming';
  create view ready as select * from media_cache where status = 'ready';
  create table log (line text);
  create trigger logged after update on media_cache begin insert into log values (new.sha256); end;
  insert into bots values (1, 'default', '-1001');
  insert into media_store values (5, 'default', 'photo', 'a.jpg', '"quoted"', 1000, '${SHA_A}', 'jpg', null, null, null, null, 't', 't', 'c');
  insert into media_cache values (9, 'default', '${SHA_A}', 'photo', 'old-id', 'AQADunique-id', '-1001', 77, '2025-01-01 00:00:00', 'ready', null, 0, null, 't', 't', x'00ff');
  insert into media_cache values (11, 'default', '${SHA_B}', 'audio', null, null, null, null, null, 'error', 'socket hang up', 5, null, 't', 't', null);
  insert into uses values (9);`;

describe("a database of the system before", () => {
  let folder: string;
  let path: string;
  let other: Sqlite;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "prewarm-adopt-"));
    path = join(folder, "media.db");
    other = new Sqlite(path, path);
  });

  afterEach(() => {
    other.leave();
    rmSync(folder, { recursive: true });
  });

  const open = () => openSqliteLedger({ path, command: "prewarm run" });
  const OLD_CACHE =
    "id, bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, warmup_chat_id, warmup_message_id, warmup_at, status, last_error, retry_count, next_retry_at, created_at, updated_at, note";
  const snapshot = () => [
    other.all(
      `select rowid, ${OLD_CACHE.split(", ").map((name) => `quote(${name}) as ${name}`)} from media_cache`,
    ),
    other.all("select * from media_store"),
    other.all("select * from bots"),
    other.all("select * from uses"),
    other.all("select * from log"),
    other.all("select name, seq from sqlite_sequence where name = 'media_store'"),
    other.all(
      "select type, name from sqlite_schema where name not like 'prewarm%' and name not like 'sqlite_%'",
    ),
    other.all("pragma user_version"),
  ];
  const shape = () => other.all("select name, sql from sqlite_schema order by name");

  it("is taken as it is: every row, index, trigger, view and setting stays", async () => {
    other.exec(OLD_TABLES);
    const before = snapshot();
    await (await open()).close();
    expect(snapshot()).toEqual(before);
    expect(other.all("pragma integrity_check")).toEqual([{ integrity_check: "ok" }]);
    const once = shape();
    await (await open()).close();
    expect(shape()).toEqual(once);
  });

  it("gets the columns it lacks, and checks just as wide as needed", async () => {
    other.exec(OLD_TABLES);
    await (await open()).close();
    const columns = other.all<{ name: string }>("pragma table_info(media_cache)").map(({ name }) => name);
    expect(columns.slice(-8)).toEqual([
      "note",
      "last_retry_at",
      "weak",
      "error_class",
      "error_reason",
      "error_settings",
      "shown_as",
      "dead_at",
    ]);
    const add = (kind: string, status: string, id: string | null = null) =>
      other.run(
        "insert into media_cache (bot_slug, sha256, kind, status, tg_file_id) values ('default', 's', :kind, :status, :id)",
        { kind, status, id },
      );
    expect([add("animation", "unknown"), add("voice", "error"), add("video", "ready", "x")]).toEqual([
      1, 1, 1,
    ]);
    expect(() => add("photo", "ready")).toThrow(/CHECK constraint failed/);
    const addKey = (kind: string) =>
      other.run("insert into media_store (bot_slug, kind, r2_key) values ('default', :kind, :kind)", {
        kind,
      });
    expect(addKey("voice")).toBe(1);
    expect(() => addKey("sticker")).toThrow(/CHECK constraint failed/);
    expect(() => other.run("update media_store set bytes = -1")).toThrow(/CHECK constraint failed/);
  });

  it("serves on: old ids are ready, and change by warming only", async () => {
    other.exec(OLD_TABLES);
    const ledger = await open();
    const a = object("a.jpg", { etag: "quoted" });
    const [found] = await ledger.lookup([{ bot: "default", kind: "photo", entry: a }]);
    expect(found).toMatchObject({
      state: "ready",
      keyKnown: true,
      stored: { fileId: "old-id", messageId: 77 },
    });
    const voice = facts(object("v.ogg"), { kind: "voice" });
    await ledger.confirm(await ledger.begin(voice), confirmation(voice, "new-id"));
    await ledger.close();
    expect(other.all("select line from log")).toEqual([{ line: voice.content }]);
    expect(other.one("select tg_file_id, warmup_at from media_cache where id = 9")).toEqual({
      tg_file_id: "old-id",
      warmup_at: "2025-01-01 00:00:00",
    });
  });

  it("lets a program that has it open write the new kinds as well", async () => {
    other.exec(OLD_TABLES);
    const add = "insert into media_store (bot_slug, kind, r2_key) values ('default', 'voice', :key)";
    expect(() => other.run(add, { key: "v" })).toThrow(/CHECK constraint failed/);
    const ledger = await open();
    expect(other.run(add, { key: "v" })).toBe(1);
    await ledger.close();
  });

  it("tells them so also when nothing but a check was in the way", async () => {
    await (await open()).close();
    other.exec("begin; pragma writable_schema = on");
    const narrow =
      "update sqlite_schema set sql = replace(sql, ', ''voice''', '') where name = 'media_store'";
    expect(other.run(narrow)).toBe(1);
    other.exec("pragma schema_version = 999; pragma writable_schema = reset; commit");
    const add = "insert into media_store (kind, r2_key) values ('voice', :key)";
    expect(() => other.run(add, { key: "v" })).toThrow(/CHECK constraint failed/);
    const ledger = await open();
    expect(other.run(add, { key: "v" })).toBe(1);
    await ledger.close();
  });

  it("is refused, untouched, when its rows are not told apart by what tells ours apart", async () => {
    other.exec(
      "create table media_cache (bot_slug, sha256, kind, status); insert into media_cache values ('a', 'b', 'c', 'error'), ('a', 'b', 'c', 'ready')",
    );
    const before = shape();
    await expect(open()).rejects.toThrow(
      `${path}: media_cache has several rows for one (bot_slug, sha256, kind); keep one of each, then run again`,
    );
    expect(shape()).toEqual(before);
  });

  it("gets a unique index where it has none, or only one for some rows", async () => {
    other.exec(
      "create table media_store (r2_key text, kind text); create unique index some on media_store (r2_key) where kind = 'photo'",
    );
    const ledger = await open();
    await ledger.begin(facts(object("a.jpg")));
    await ledger.close();
    expect(other.one("select r2_key, bytes from media_store")).toEqual({ r2_key: "a.jpg", bytes: 1000 });
  });
});

describe("finding checks in a CREATE TABLE statement", () => {
  const expressions = (sql: string) => checkSpans(sql).map(({ from, to }) => sql.slice(from, to).trim());

  it.each([
    ["create table t (a text CHECK (a in ('x', 'y')), b)", ["a in ('x', 'y')"]],
    [
      "create table t (a check(length(a) > 0 and (a <> ')')), check (a > b))",
      ["length(a) > 0 and (a <> ')')", "a > b"],
    ],
    ["create table t (a default 'check (no)', \"check\" text, [check (no)] int)", []],
    ["create table t (a -- check (no)\n check /* ( */ (a /* ) */ > 1))", ["a /* ) */ > 1"]],
    ["create table t (a text default 'it''s check (', b check (b = 'it''s ('))", ["b = 'it''s ('"]],
  ])("in %s", (sql, found) => {
    expect(expressions(sql)).toEqual(found);
  });

  it("tells columns from strings, comments and parts of other names", () => {
    const columns = ["kind", "status", "a b"];
    expect([...columnsIn(`"kind" = 'status' /* status */ or kinds or [a b]`, columns)]).toEqual([
      "kind",
      "a b",
    ]);
  });
});
