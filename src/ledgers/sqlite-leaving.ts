import { LedgerError } from "./error.ts";
import type { Steps } from "./sql/steps.ts";
import { acquire } from "./sqlite/lock.ts";
import { openReading } from "./sqlite/reading.ts";
import { refuseNewer } from "./sqlite/version.ts";

/** A ledger in SQLite that is read as a whole. */
export interface LeftLedger {
  readonly place: string;
  play<T>(work: () => Steps<T>): T;
  close(): void;
}

/**
 * Opens the ledger at `path` to be moved: nobody writes to it meanwhile, and neither does this. Throws LedgerError (exit code 2), also
 * where there is none, and where somebody holds it.
 */
export async function openSqliteToLeave(path: string): Promise<LeftLedger> {
  const opened = openReading(path);
  if (opened === null)
    throw new LedgerError(`${path} is not there; name the ledger that is to be moved: --from sqlite:FILE`, 2);
  const { db, file } = opened;
  try {
    refuseNewer(db);
    const lock = await acquire(file, path, Date.now());
    const close = () => {
      db.leave();
      lock.release();
    };
    return { place: path, play: (work) => db.play(work()), close };
  } catch (error) {
    db.leave();
    throw error;
  }
}
