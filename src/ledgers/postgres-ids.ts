import type { RowOfLookup } from "./lookup-rows.ts";
import type { Database } from "./postgres/database.ts";
import { openLedgerIn } from "./postgres/reading.ts";
import type { ReportedKey, ReportLine, ShelvedLine } from "./shelf.ts";
import { botsWithRows, rowsOfKeys } from "./sql/rows-of-key.ts";
import { shelfIn } from "./sql/shelf.ts";
import { one, type Steps } from "./sql/steps.ts";

/** The ids of a ledger in PostgreSQL with what bots reported beside them. Methods throw LedgerError, at once where it is away. */
export interface PostgresIdRows {
  /** Its tables are of this version, so that reports can be kept there. */
  readonly isCurrent: boolean;
  /** Rows of these keys, each with its key. */
  ofKeys(keys: readonly string[]): Promise<readonly (RowOfLookup & { readonly key: string })[]>;
  reportsOf(keys: readonly string[]): Promise<readonly ReportedKey[]>;
  /** Slugs of all bots that have a row. */
  bots(): Promise<string[]>;
  /** Keeps reports, all or none; false where there is no room. */
  add(reports: readonly ReportLine[]): Promise<boolean>;
  pending(type: ReportLine["type"], bots: readonly string[], limit: number): Promise<ShelvedLine[]>;
  drop(report: ShelvedLine): Promise<void>;
  /** Leaves it for so many milliseconds. */
  putOff(report: ShelvedLine, ms: number): Promise<void>;
  close(): Promise<void>;
}

const SHELF = shelfIn("prewarm_reports");

/** Opens the ledger at a URL for ids and reports: it is not changed but for its reports. Throws LedgerError. */
export async function openPostgresIdRows(text: string): Promise<PostgresIdRows> {
  const { database, isCurrent } = await openLedgerIn(text, { patienceMs: 0 });
  return {
    isCurrent,
    ofKeys: (keys) => database.read(() => rowsOfKeys(keys)),
    reportsOf: (keys) => database.read(() => SHELF.ofKeys(keys)),
    bots: () => database.read(botsWithRows),
    add: (reports) => database.write(() => atNow((now) => SHELF.add(reports, now))),
    pending: (type, bots, limit) =>
      database.read(() => atNow((now) => SHELF.pending(type, bots, { limit, now }))),
    drop: (report) => changed(database, () => SHELF.drop(report)),
    putOff: (report, ms) => changed(database, () => atNow((now) => SHELF.putOff(report, now + ms))),
    close: () => database.close(),
  };
}

async function changed(database: Database, work: () => Steps<number>): Promise<void> {
  await database.write(work);
}

/** By the clock of the database: the machines of several bots need not agree. */
function* atNow<T>(work: (now: number) => Steps<T>): Steps<T> {
  const { now } = (yield* one<{ now: number }>(
    "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now",
  )) ?? { now: Date.now() };
  return yield* work(now);
}
