import { LedgerError } from "../error.ts";
import type { Steps } from "../sql/steps.ts";
import type { Database } from "./database.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";

/** A database from when a process has entered until it has left. */
export class OpenDatabase {
  readonly keeper: LeaseKeeper;
  readonly #database: Database;
  readonly #writes = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(database: Database, keeper: LeaseKeeper) {
    this.#database = database;
    this.keeper = keeper;
  }

  async read<T>(work: () => Steps<T>): Promise<T> {
    this.#refuseClosed();
    return this.#database.read(work);
  }

  /** Plays steps as one transaction. Throws LedgerError once another worker has taken this one's place. */
  async write<T>(work: () => Steps<T>): Promise<T> {
    this.#refuseClosed();
    const written = this.keeper.writing(work);
    this.#writes.add(written);
    try {
      return await written;
    } finally {
      this.#writes.delete(written);
    }
  }

  /**
   * Plays one statement that writes, outside of a transaction, which is three statements more: where the server went away it is said
   * again, although it may have been carried out.
   */
  async writeAlone<T>(work: () => Steps<T>): Promise<T> {
    this.#refuseClosed();
    this.keeper.check();
    return this.#database.read(work);
  }

  /** From now on a server that is away is waited for for so many milliseconds at most. */
  hurry(ms: number): void {
    this.#database.hurry(ms);
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new LedgerError(`${this.#database.place} is closed`, 1);
  }

  /** Closes once all has ended that was asked before; `last` is what is done then. */
  async close(last: () => Steps<void>): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#writes);
    this.keeper.stop();
    // A lease that is not given back is over by itself.
    await this.#database.tryOnce(last).catch(() => {});
    await this.#database.close();
  }
}
