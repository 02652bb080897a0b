import { chmodSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LedgerError } from "../../ledgers/error.ts";
import { shelfIn } from "../../ledgers/sql/shelf.ts";
import type { Steps } from "../../ledgers/sql/steps.ts";
import type { Sqlite } from "../../ledgers/sqlite/adapter.ts";
import { isBusy } from "../../ledgers/sqlite/errors.ts";
import type { BotReport, ReportShelf, ShelvedReport } from "../port.ts";
import type { ReportOfKey } from "../with-reports.ts";
import { HeldFile } from "./file.ts";

/** A report a row; moments are Unix milliseconds. */
const TABLES = `
  create table if not exists reports (id integer primary key autoincrement, type text not null, key text not null,
    bot text not null, kind text not null, stored_kind text, file_id text not null, file_unique_id text, etag text,
    bytes integer, at integer not null, not_before integer not null default 0);
  create index if not exists reports_of_key on reports (key, bot);
  create unique index if not exists reports_learned on reports (key, bot, kind) where type = 'learned';
  create unique index if not exists reports_dead on reports (key, bot, file_id) where type = 'dead'`;

/** Milliseconds after which it is tried again while another process writes. */
const AGAIN_MS = [5, 20, 50, 100, 200, 400, 400];

const SHELF = shelfIn("reports");

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
    return db.transaction(() => db.play(SHELF.add(reports, this.#now())));
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
    const found = this.#file.db()?.play(SHELF.ofKeys([key])) ?? [];
    return found.filter((report) => report.bot === bot);
  }

  async pending(type: BotReport["type"], bots: readonly string[], limit: number): Promise<ShelvedReport[]> {
    const cut = { limit, now: this.#now() };
    return attempted(() => this.#file.db()?.play(SHELF.pending(type, bots, cut))) ?? [];
  }

  async isDoubted({ bot, key, fileId }: Pick<BotReport, "bot" | "key" | "fileId">): Promise<boolean> {
    const reports = attempted(() => this.ofKey(key, bot)) ?? [];
    return reports.some((report) => report.type === "dead" && report.fileId === fileId);
  }

  async drop(report: ShelvedReport): Promise<boolean> {
    return this.#change(() => SHELF.drop(report));
  }

  async putOff(report: ShelvedReport, ms: number): Promise<boolean> {
    return this.#change(() => SHELF.putOff(report, this.#now() + ms));
  }

  #change(work: () => Steps<number>): boolean {
    return attempted(() => this.#file.db()?.play(work())) !== null;
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
