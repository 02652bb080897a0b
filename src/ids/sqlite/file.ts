import { type Stats, statSync } from "node:fs";
import { errorCode } from "../../domain/error-code.ts";
import { LedgerError } from "../../ledgers/error.ts";
import { Sqlite } from "../../ledgers/sqlite/adapter.ts";

/**
 * A database file that comes and goes: opened when it is there, again when another file took its place, and let go of when it
 * is gone. A lock of somebody else is never waited for.
 */
export class HeldFile {
  readonly path: string;
  readonly #setUp: (db: Sqlite) => void;
  #open: { readonly db: Sqlite; readonly ino: number; readonly dev: number } | null = null;

  /** `setUp` is called with each database that is opened, before anybody gets it. */
  constructor(path: string, setUp: (db: Sqlite) => void) {
    this.path = path;
    this.#setUp = setUp;
  }

  /** Returns the database as it is there now; null where there is no file. Throws LedgerError for one that cannot be opened. */
  db(): Sqlite | null {
    const { ino, dev } = this.#stats() ?? {};
    if (this.#open && this.#open.ino === ino && this.#open.dev === dev) return this.#open.db;
    this.letGo();
    return ino === undefined || dev === undefined ? null : this.#opened(ino, dev);
  }

  /** Returns the database, which is made where there is none. Throws LedgerError where it cannot be. */
  made(): Sqlite {
    return this.db() ?? this.#opened(0, 0);
  }

  letGo(): void {
    this.#open?.db.leave();
    this.#open = null;
  }

  #stats(): Stats | undefined {
    try {
      return statSync(this.path, { throwIfNoEntry: false });
    } catch (error) {
      const code = errorCode(error) ?? "no reason";
      throw new LedgerError(`${this.path} is out of reach (${code}); let this user into its folder`, 2, {
        cause: error,
      });
    }
  }

  #opened(ino: number, dev: number): Sqlite {
    const db = new Sqlite(this.path, this.path);
    try {
      db.exec("pragma busy_timeout = 0");
      this.#setUp(db);
    } catch (error) {
      db.leave();
      throw error;
    }
    this.#open = { db, ino, dev };
    return db;
  }
}
