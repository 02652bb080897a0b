import type { Sqlite } from "./adapter.ts";

/** What every query of the SQLite ledger works with. */
export interface Store {
  readonly db: Sqlite;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Who makes the attempts: `<pid>@<host>`. */
  readonly owner: string;
  /** Calls under way belong to another process, which lives. */
  readonly beside?: boolean | undefined;
}

/** The most rows that are read at once, so that memory stays bounded and writes get their turn in between. */
export const PAGE_ROWS = 1_000;

/** Returns a time as it is in the tables: UTC, to the second, in the format of SQLite's `datetime('now')`. */
export function stamp(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 19).replace("T", " ");
}
