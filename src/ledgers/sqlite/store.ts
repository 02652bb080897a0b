import type { Sqlite } from "./adapter.ts";

/** What every part of the SQLite ledger works with. */
export interface Store {
  readonly db: Sqlite;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Who makes the attempts: `<pid>@<host>`. */
  readonly owner: string;
}

/** Rows that are read in one go at most, so that memory stays bounded and writes get their turn in between. */
export const PAGE_ROWS = 1_000;

/** A time as the tables hold it: UTC, to the second, the text that SQLite's `datetime('now')` gives. */
export function stamp(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 19).replace("T", " ");
}
