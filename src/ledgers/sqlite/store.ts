import type { Sqlite } from "./adapter.ts";

/** What every part of the SQLite ledger works with. */
export interface Store {
  readonly db: Sqlite;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Who makes the attempts: `<pid>@<host>`. */
  readonly owner: string;
}

/** A time as the tables hold it: UTC, to the second, the text that SQLite's `datetime('now')` gives. */
export function stamp(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 19).replace("T", " ");
}
