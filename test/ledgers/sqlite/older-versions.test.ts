import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import { Sqlite } from "../../../src/ledgers/sqlite/adapter.ts";
import { openSqliteLedger } from "../../../src/ledgers/sqlite.ts";
import { confirmation, facts, object } from "../../conformance/tested-ledger.ts";

const A = object("a.jpg");
const LOST = facts(object("lost.jpg"));

/** The tables as the first two versions made them, with a row that is ready and one whose answer was lost. */
function olderLedger(version: 1 | 2): string {
  const dead = version === 1 ? "" : ", dead_at text";
  return `
  create table media_store (id integer primary key, bot_slug text,
    kind text not null check (kind in ('photo', 'video', 'animation', 'audio', 'voice', 'document')), r2_key text not null,
    r2_etag text, bytes integer, sha256 text, ext text, mime text, width integer, height integer, duration real,
    created_at text not null default (datetime('now')), updated_at text not null default (datetime('now')), unique (r2_key));
  create table media_cache (id integer primary key, bot_slug text not null, sha256 text not null,
    kind text not null check (kind in ('photo', 'video', 'animation', 'audio', 'voice', 'document')), tg_file_id text,
    tg_file_unique_id text, warmup_chat_id text, warmup_message_id integer, warmup_at text,
    status text not null check (status in ('warming', 'ready', 'error', 'unknown')) default 'warming', last_error text,
    retry_count integer not null default 0, next_retry_at text, last_retry_at text,
    created_at text not null default (datetime('now')), updated_at text not null default (datetime('now')), weak integer,
    error_class text, error_reason text, error_settings text, shown_as text${dead}, unique (bot_slug, sha256, kind));
  create table prewarm_attempts (id integer primary key, bot_slug text not null, sha256 text not null, kind text not null,
    r2_key text not null, r2_etag text, bytes integer, warmup_chat_id text, owner text not null, attempt integer not null,
    state text not null check (state in ('sending', 'ready', 'retry', 'failed', 'unknown')), started_at text not null,
    ended_at text, error_class text, error_reason text, error_code integer, error_message text, settings text);
  create table prewarm_identity (key text not null, value text not null, unique (key));
  insert into prewarm_identity values ('schema_version', '${version}'), ('sandbox', '0');
  insert into media_store (bot_slug, kind, r2_key, r2_etag, bytes, sha256) values
    ('default', 'photo', 'a.jpg', '${A.etag}', ${A.bytes}, '${facts(A).content}'),
    ('default', 'photo', 'lost.jpg', '${LOST.entry.etag}', ${LOST.entry.bytes}, '${LOST.content}');
  insert into media_cache (bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, status, weak) values
    ('default', '${facts(A).content}', 'photo', 'old-id', 'AQADold', 'ready', 0),
    ('default', '${LOST.content}', 'photo', null, null, 'unknown', null);
  insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, r2_etag, bytes, warmup_chat_id, owner, attempt, state,
    started_at, ended_at, error_reason) values
    ('default', '${facts(A).content}', 'photo', 'a.jpg', '${A.etag}', ${A.bytes}, '-1001', '1@host', 1, 'ready',
      '2026-01-01 10:00:00', '2026-01-01 10:00:02', null),
    ('default', '${LOST.content}', 'photo', 'lost.jpg', '${LOST.entry.etag}', ${LOST.entry.bytes}, '-1001', '1@host', 1,
      'unknown', '2026-01-01 10:00:03', '2026-01-01 10:00:05', 'answer_lost');`;
}

describe.each([1, 2] as const)("a ledger of schema %i", (version) => {
  const made = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "prewarm-older-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "prewarm.db");
    const db = new Sqlite(path, path);
    db.exec(olderLedger(version));
    db.leave();
    return path;
  };
  const rows = (path: string, sql: string) => {
    const db = new Sqlite(path, path);
    try {
      return db.all(sql);
    } finally {
      db.leave();
    }
  };

  it("is taken on as it is: ids, lost calls and times stay, and what is new is empty", async () => {
    const path = made();
    const ledger = await openSqliteLedger({ path, command: "prewarm run" });
    const [found] = await ledger.lookup([{ bot: "default", kind: "photo", entry: A }]);
    expect(found).toMatchObject({ state: "ready", stored: { fileId: "old-id" } });
    const [calls] = await ledger.lostCalls([LOST]);
    expect(calls).toMatchObject([
      {
        key: "lost.jpg",
        tag: null,
        chatId: "-1001",
        reason: "answer_lost",
        startedAt: Date.UTC(2026, 0, 1, 10, 0, 3),
      },
    ]);
    expect(await ledger.leftLooks(["default"])).toEqual([]);
    await ledger.close();
    expect(rows(path, "select value from prewarm_identity where key = 'schema_version'")).toEqual([
      { value: "3" },
    ]);
    expect(rows(path, "select distinct tag, message_id, purpose, pack_id from prewarm_attempts")).toEqual([
      { tag: null, message_id: null, purpose: null, pack_id: null },
    ]);
    expect(rows(path, "pragma integrity_check")).toEqual([{ integrity_check: "ok" }]);
  });

  it("holds from then on what it could not: lost calls that were decided, tags, ids of messages", async () => {
    const path = made();
    const ledger = await openSqliteLedger({ path, command: "prewarm run" });
    const [calls] = await ledger.lostCalls([LOST]);
    await ledger.closeLost(calls?.[0]?.attempt ?? 0, "absent");
    const again = { ...LOST, tag: "abcdefghij" };
    const attempt = await ledger.begin(again);
    await ledger.doubt(attempt, failure("answer_lost", "no answer"));
    await ledger.confirmLost(attempt, confirmation(again, "found"));
    await ledger.close();
    expect(
      rows(path, "select state, tag, message_id from prewarm_attempts where r2_key = 'lost.jpg'"),
    ).toEqual([
      { state: "absent", tag: null, message_id: null },
      { state: "ready", tag: "abcdefghij", message_id: 7 },
    ]);
  });
});
