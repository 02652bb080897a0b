import { caution, type FileSystemKind, kindOfFile } from "./file-systems.ts";
import { newOwner } from "./owner.ts";
import type { Ledger } from "./port.ts";
import { ledgerIn } from "./sql/ledger.ts";
import type { Store } from "./sql/store.ts";
import { Sqlite } from "./sqlite/adapter.ts";
import { Commits } from "./sqlite/commits.ts";
import type { SqliteDriver } from "./sqlite/driver.ts";
import { acquire, announce, eraseHolder, type Lock, signHolder } from "./sqlite/lock.ts";
import { migrate } from "./sqlite/migrate.ts";
import { checkPlace, makeFile } from "./sqlite/place.ts";
import { SameFile } from "./sqlite/same-file.ts";

/** Which file to open, and for whom. */
export interface SqliteLedgerOptions {
  /** The database file: created when it is missing, adopted when it has tables of the same names. */
  readonly path: string;
  /** The command that opens it, such as `prewarm run`, for messages to other processes. */
  readonly command: string;
  /** What it is called in messages; `path` by default. */
  readonly shownAs?: string | undefined;
  /** What messages call the disk that it lies on, where that is not the one of `shownAs`. */
  readonly disk?: string | undefined;
  /**
   * Calls under way are those of another process, which lives: they are not in doubt, and what they send is found as
   * `under_way`. Without it nobody makes them any more.
   */
  readonly beside?: boolean | undefined;
  /** What a file lies on; asks the system by default. */
  readonly kindOf?: ((file: string) => FileSystemKind | null) | undefined;
  /** Unix milliseconds; the system's clock by default. */
  readonly now?: (() => number) | undefined;
}

/**
 * Opens the ledger in a SQLite file for the one process that may write to it; others may read it meanwhile. Times in its
 * tables are UTC text to the second (`2026-01-31 12:30:05`), those of lanes Unix milliseconds.
 * Throws LedgerError with exit code 2 when another process holds it (which is named), when the path cannot be written or is
 * something else, or when a newer prewarm made it.
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<Ledger> {
  const now = options.now ?? Date.now;
  const file = checkPlace(options.path);
  const lock = await acquire(file, options.path, now());
  try {
    makeFile(file);
    const db = open(file, options, now);
    const doubtful = options.disk === undefined ? cautionOf(file, db.place, options.kindOf) : null;
    const { beside } = options;
    return ledgerOf(db, { place: db.place, now, owner: newOwner(), beside }, lock, {
      caution: doubtful,
      file: new SameFile(file, db.place),
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * The ledger in a database that somebody else opened and brought to our schema, who also sees to it that one process at a time
 * writes to it.
 */
export function ledgerOn(
  driver: SqliteDriver,
  options: SqliteLedgerOptions & { readonly owner?: string },
): Ledger {
  const now = options.now ?? Date.now;
  const db = new Sqlite(driver, options.path);
  signHolder(db, options.command, now());
  db.opened();
  return ledgerOf(
    db,
    { place: db.place, now, owner: options.owner ?? newOwner(), beside: options.beside },
    { release() {} },
    { caution: null, file: null },
  );
}

function open(
  file: string,
  { path, shownAs, disk, command }: SqliteLedgerOptions,
  now: () => number,
): Sqlite {
  const db = new Sqlite(file, shownAs ?? path, disk);
  try {
    db.prepareForWriting();
    migrate(db);
    signHolder(db, command, now());
    db.opened();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function cautionOf(file: string, place: string, kindOf = kindOfFile): string | null {
  const kind = kindOf(file);
  return kind && caution(place, kind);
}

interface FileFacts {
  readonly caution: string | null;
  /** Null where whoever opened the database watches its file. */
  readonly file: SameFile | null;
}

function ledgerOf(db: Sqlite, store: Store, lock: Lock, { caution, file }: FileFacts): Ledger {
  const commits = new Commits(db, () => file?.check());
  let isOpen = true;
  return ledgerIn(store, {
    caution,
    read: async (work) => db.play(work()),
    write: (work) => commits.write(() => db.play(work())),
    announce: (fields) => commits.write(() => announce(db, fields)),
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      commits.flush();
      eraseHolder(db);
      db.close();
      lock.release();
    },
  });
}
