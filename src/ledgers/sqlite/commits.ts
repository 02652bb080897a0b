import { LedgerError } from "../error.ts";
import type { Sqlite } from "./adapter.ts";

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes that are asked for in one turn of the event loop share a transaction, and so one wait for the disk. Each promise
 * settles after the commit that holds its work.
 */
export class Commits {
  readonly #db: Sqlite;
  #waiting: Waiting[] = [];

  constructor(db: Sqlite) {
    this.#db = db;
  }

  /** `work` happens as a whole or not at all. It may be run twice, the first time undone. */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.flush());
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Commits what waits, now. */
  flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    try {
      const values = this.#db.transaction(() => group.map(({ work }) => work()));
      for (const [i, { resolve }] of group.entries()) resolve(values[i]);
    } catch (error) {
      const isOver = group.length === 1 || error instanceof LedgerError;
      for (const one of group) isOver ? one.reject(error) : this.#alone(one);
    }
  }

  /** One of them failed and undid the others: each has its own transaction now. */
  #alone({ work, resolve, reject }: Waiting): void {
    try {
      resolve(this.#db.transaction(work));
    } catch (error) {
      reject(error);
    }
  }
}
