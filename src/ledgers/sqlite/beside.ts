import { Sqlite } from "./adapter.ts";
import { hasHolder } from "./lock.ts";
import { migrate } from "./migrate.ts";
import { makeFile } from "./place.ts";

/** Milliseconds for which a transaction waits for another one: a process that holds the ledger makes short ones all the time. */
const BUSY_MS = 30_000;

/** A database that is written to beside whoever holds it. */
export interface SqliteBeside {
  readonly db: Sqlite;
  /** Somebody else writes to it now. */
  isHeld(): boolean;
  close(): void;
}

/**
 * Opens the database in `file` for short transactions, made where there is none. It takes no lock that a `run` or a worker would
 * miss: SQLite lets one write at a time, and whoever holds the ledger waits for ours as we wait for theirs. Throws LedgerError.
 */
export function openBeside(file: string, place: string): SqliteBeside {
  makeFile(file);
  const db = new Sqlite(file, place);
  try {
    db.prepareForWriting();
    db.exec(`pragma busy_timeout = ${BUSY_MS}`);
    migrate(db);
    db.opened();
  } catch (error) {
    db.close();
    throw error;
  }
  const isHeld = () => hasHolder(file, place);
  return {
    db,
    isHeld,
    close: () => (isHeld() ? db.leave() : db.close()),
  };
}
