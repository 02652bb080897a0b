import { type BigIntStats, statSync } from "node:fs";
import { LedgerError } from "../error.ts";

/**
 * Watches that the file that is open is still the one under its name. SQLite goes on writing into a file that was deleted or whose
 * place was taken by another, and what it writes is gone with it.
 */
export class SameFile {
  readonly #file: string;
  readonly #place: string;
  readonly #was: BigIntStats;

  /** The file is there and open; `place` is its name in messages. */
  constructor(file: string, place: string) {
    this.#file = file;
    this.#place = place;
    this.#was = statSync(file, { bigint: true });
  }

  /** Throws LedgerError (exit code 1) where it is not. */
  check(): void {
    const now = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    if (now === undefined) throw this.#gone("was deleted");
    // Some network file systems number their files anew; none changes when a file was made.
    if (now.ino !== this.#was.ino && now.birthtimeNs !== this.#was.birthtimeNs)
      throw this.#gone("was replaced by another file");
  }

  #gone(what: string): LedgerError {
    return new LedgerError(
      `${this.#place} ${what} while it was written to, so the ids of this run are lost; put back the file that was there, or run again, which sends what the ledger does not have`,
      1,
    );
  }
}
