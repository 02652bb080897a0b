import { LedgerError } from "../error.ts";
import type { Sqlite } from "./adapter.ts";

interface PendingWrite {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Groups all writes of one turn of the event loop into one transaction, and so into one wait for the disk. Each promise
 * settles after the commit that contains its work.
 */
export class Commits {
  readonly #db: Sqlite;
  readonly #before: () => void;
  #pending: PendingWrite[] = [];

  /** `before` is called before each transaction; none is begun where it throws. */
  constructor(db: Sqlite, before: () => void = () => {}) {
    this.#db = db;
    this.#before = before;
  }

  /** Runs `work` within the next transaction: as a whole or not at all. It may run twice, the first time undone. */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.flush());
      this.#pending.push({ work, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Commits now what is waiting. */
  flush(): void {
    const group = this.#pending;
    this.#pending = [];
    if (group.length === 0) return;
    try {
      this.#before();
      const values = this.#db.transaction(() => group.map(({ work }) => work()));
      for (const [i, { resolve }] of group.entries()) resolve(values[i]);
    } catch (error) {
      const isOver = group.length === 1 || error instanceof LedgerError;
      for (const one of group) isOver ? one.reject(error) : this.#alone(one);
    }
  }

  /** Runs one write in a transaction of its own, after another of its group failed and undid them all. */
  #alone({ work, resolve, reject }: PendingWrite): void {
    try {
      resolve(this.#db.transaction(work));
    } catch (error) {
      reject(error);
    }
  }
}
