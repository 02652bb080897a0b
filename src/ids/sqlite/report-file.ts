import { chmodSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { MediaKind } from "../../domain/media.ts";
import { LedgerError } from "../../ledgers/error.ts";
import type { Params } from "../../ledgers/sql/steps.ts";
import type { Sqlite } from "../../ledgers/sqlite/adapter.ts";
import { isBusy } from "../../ledgers/sqlite/errors.ts";
import type { BotReport, ReportShelf, ShelvedReport } from "../port.ts";
import type { ReportOfKey } from "../with-reports.ts";
import { HeldFile } from "./file.ts";

/**
 * A report a row; moments are Unix milliseconds. Of ids that bots learned for one object the first one stays, until the object
 * is another (its ETag is).
 */
const TABLES = `
  create table if not exists reports (id integer primary key autoincrement, type text not null, key text not null,
    bot text not null, kind text not null, stored_kind text, file_id text not null, file_unique_id text, etag text,
    bytes integer, at integer not null, not_before integer not null default 0);
  create index if not exists reports_of_key on reports (key, bot);
  create unique index if not exists reports_learned on reports (key, bot, kind) where type = 'learned';
  create unique index if not exists reports_dead on reports (key, bot, file_id) where type = 'dead'`;

/** So many reports wait at most, each of some 300 bytes, at most 3 KB. */
const MOST = 10_000;

/** Those of a bot that no run and no worker has (any more) go after 30 days. */
const KEPT_MS = 30 * 86_400_000;

/** Milliseconds after which it is tried again while another process writes. */
const AGAIN_MS = [5, 20, 50, 100, 200, 400, 400];

const ADD = `
  insert into reports (type, key, bot, kind, stored_kind, file_id, file_unique_id, etag, bytes, at)
  values (:type, :key, :bot, :kind, :storedKind, :fileId, :fileUniqueId, :etag, :bytes, :now)`;

const LEARN = `${ADD}
  on conflict (key, bot, kind) where type = 'learned' do update set file_id = excluded.file_id,
    file_unique_id = excluded.file_unique_id, stored_kind = excluded.stored_kind, etag = excluded.etag,
    bytes = excluded.bytes, at = excluded.at, not_before = 0
  where excluded.etag is not null and etag is not null and excluded.etag <> etag`;

const BURY = `${ADD} on conflict (key, bot, file_id) where type = 'dead' do nothing`;

/** An id that nobody but a bot vouched for goes with the word of another. */
const UNLEARN =
  "delete from reports where type = 'learned' and key = :key and bot = :bot and file_id = :fileId";

const OF_KEY = `
  select json_group_array(json_array(type, kind, stored_kind, file_id, file_unique_id)) as page
  from reports where key = :key and bot = :bot`;

const PENDING = `
  select id, type, key, bot, kind, stored_kind as storedKind, file_id as fileId, file_unique_id as fileUniqueId, etag, bytes
  from reports where type = :type and not_before <= :now and bot in (select value from json_each(:bots)) order by id limit :limit`;

/** It may have become that of another object meanwhile. */
const DROP = "delete from reports where id = :id and file_id = :fileId";
const PUT_OFF = "update reports set not_before = :notBefore where id = :id";

type Cells = readonly [ReportOfKey["type"], MediaKind, MediaKind | null, string, string | null];

/**
 * Reports of bots in a SQLite file beside their ledger, which another process may hold: many processes write it, and each
 * commit is on the disk before it returns. Methods throw LedgerError, also where another process is just writing, unless they say otherwise.
 */
export class ReportFile implements ReportShelf {
  readonly #file: HeldFile;
  readonly #ledger: string;
  readonly #now: () => number;

  /**
   * `ledger` is the real path of the ledger. Another process that is just writing is waited for at most `busyMs`, in which this
   * one does nothing else.
   */
  constructor(ledger: string, { busyMs = 0, now = Date.now }: { busyMs?: number; now?: () => number } = {}) {
    this.#ledger = ledger;
    this.#now = now;
    this.#file = new HeldFile(`${ledger}-reports`, (db) =>
      db.exec(`pragma busy_timeout = ${busyMs}; pragma synchronous = full`),
    );
  }

  /** Adds these, all or none: false where there is no room for so many. Those that are known already change nothing. */
  add(reports: readonly BotReport[]): boolean {
    const db = this.#writable();
    const now = this.#now();
    return db.transaction(() => {
      db.run("delete from reports where at < :oldest", { oldest: now - KEPT_MS });
      if (countOf(db) + reports.length > MOST) return false;
      for (const report of reports) {
        const { type, key, bot, kind, storedKind, fileId, fileUniqueId, etag, bytes } = report;
        const row = { type, key, bot, kind, storedKind, fileId, fileUniqueId, etag, bytes, now };
        db.run(type === "learned" ? LEARN : BURY, row);
        if (type === "dead") db.run(UNLEARN, row);
      }
      return true;
    });
  }

  /** As {@link add}, but while another process writes it is tried again for a second. */
  async keep(reports: readonly BotReport[]): Promise<boolean> {
    for (const pause of AGAIN_MS) {
      try {
        return this.add(reports);
      } catch (error) {
        if (!(error instanceof LedgerError && isBusy(error))) throw error;
        await sleep(pause);
      }
    }
    return this.add(reports);
  }

  /** Returns what was reported of this key and bot. */
  ofKey(key: string, bot: string): ReportOfKey[] {
    const page = this.#file.db()?.one<{ page: string }>(OF_KEY, { key, bot })?.page ?? "[]";
    if (page === "[]") return [];
    return (JSON.parse(page) as Cells[]).map(([type, kind, storedKind, fileId, fileUniqueId]) => ({
      type,
      kind,
      storedKind: storedKind ?? undefined,
      fileId,
      fileUniqueId,
    }));
  }

  pending(type: BotReport["type"], bots: readonly string[], limit: number): ShelvedReport[] {
    const params = { type, now: this.#now(), bots: JSON.stringify(bots), limit };
    return attempted(() => this.#file.db()?.all<ShelvedReport>(PENDING, params)) ?? [];
  }

  isDoubted({ bot, key, fileId }: Pick<BotReport, "bot" | "key" | "fileId">): boolean {
    const reports = attempted(() => this.ofKey(key, bot)) ?? [];
    return reports.some((report) => report.type === "dead" && report.fileId === fileId);
  }

  drop({ id, fileId }: ShelvedReport): boolean {
    return this.#change(DROP, { id, fileId });
  }

  putOff({ id }: ShelvedReport, ms: number): boolean {
    return this.#change(PUT_OFF, { id, notBefore: this.#now() + ms });
  }

  #change(sql: string, params: Params): boolean {
    return attempted(() => this.#file.db()?.run(sql, params)) !== null;
  }

  close(): void {
    this.#file.letGo();
  }

  /** Whoever may write the ledger is to be able to write this as well. SQLite gives its log the rights of the file. */
  #writable(): Sqlite {
    const there = this.#file.db();
    if (there && hasTables(there)) return there;
    const db = this.#file.made();
    try {
      chmodSync(this.#file.path, (statSync(this.#ledger).mode & 0o666) | 0o600);
    } catch {
      // Another user made it, or there is no ledger yet.
    }
    db.exec("pragma journal_mode = wal");
    db.transaction(() => db.exec(TABLES));
    return db;
  }
}

/** Null where it failed. */
function attempted<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return null;
  }
}

function hasTables(db: Sqlite): boolean {
  return db.one("select 1 from sqlite_schema where name = 'reports_dead'") !== undefined;
}

function countOf(db: Sqlite): number {
  return db.one<{ n: number }>("select count(*) as n from reports")?.n ?? 0;
}
