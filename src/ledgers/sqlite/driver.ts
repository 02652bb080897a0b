import { libsqlDriver } from "./libsql-driver.ts";
import { nodeDriver, nodeSqlite } from "./node-driver.ts";

/** What can be bound and read: integers are bound as bigint, since both drivers bind every number as REAL. */
export type SqliteValue = string | number | bigint | null;

/** A statement with `?1`, `?2` ... as parameters. */
export interface SqliteStatement {
  /** Returns the number of changed rows. */
  run(values: readonly SqliteValue[]): number;
  all(values: readonly SqliteValue[]): unknown[];
}

/** An open database. All of it throws what the driver throws; `sqliteCode` reads the code of SQLite from it. */
export interface SqliteDriver {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  /** Undoes the transaction that is open; does nothing where SQLite has undone it already. */
  rollBack(): void;
  close(): void;
}

/**
 * Opens the database at `file` by Node's own SQLite where Node has it (22.13 and later), else by libsql.
 * Throws LedgerError where libsql does not load, and what the driver throws where the file cannot be opened.
 */
export function openDriver(file: string): SqliteDriver {
  const own = nodeSqlite();
  return own ? nodeDriver(own, file) : libsqlDriver(file);
}
