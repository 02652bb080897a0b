import { hostname } from "node:os";
import { caution, type FileSystemKind, kindOfFile } from "./file-systems.ts";
import type { LostCalls } from "./look-port.ts";
import type { Ledger } from "./port.ts";
import { Sqlite } from "./sqlite/adapter.ts";
import { begin, doubt, fail, note, recover, refuse, retry } from "./sqlite/attempts.ts";
import { Commits } from "./sqlite/commits.ts";
import { confirm, point } from "./sqlite/confirm.ts";
import type { SqliteDriver } from "./sqlite/driver.ts";
import { forget } from "./sqlite/forget.ts";
import { checkWorld, identify } from "./sqlite/identity.ts";
import { keepLaneStates } from "./sqlite/lane-states.ts";
import { freezeLane, keepLane, lanes } from "./sqlite/lanes.ts";
import { acquire, announce, eraseHolder, type Lock, signHolder } from "./sqlite/lock.ts";
import { beginLook, copied, endLook, leftLooks } from "./sqlite/looks.ts";
import { lookup } from "./sqlite/lookup.ts";
import { closeLost, lostCalls } from "./sqlite/lost-calls.ts";
import { keepMeasures, measures } from "./sqlite/measures.ts";
import { migrate } from "./sqlite/migrate.ts";
import { neighbours } from "./sqlite/neighbours.ts";
import { checkPlace, makeFile } from "./sqlite/place.ts";
import { dequeue, enqueue, queued } from "./sqlite/queue.ts";
import { isServed, learn, markDead } from "./sqlite/reported.ts";
import { idOf } from "./sqlite/rows.ts";
import { countBad, rowsOf, select } from "./sqlite/select.ts";
import type { Store } from "./sqlite/store.ts";
import { warming } from "./sqlite/warming.ts";

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
    return ledgerOf({ db, now, owner: `${process.pid}@${hostname()}`, beside }, lock, doubtful);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * The ledger in a database that somebody else opened and brought to our schema, who also sees to it that one process at a time
 * writes to it.
 * @internal
 */
export function ledgerOn(driver: SqliteDriver, options: SqliteLedgerOptions): Ledger {
  const now = options.now ?? Date.now;
  const db = new Sqlite(driver, options.path);
  signHolder(db, options.command, now());
  db.opened();
  return ledgerOf({ db, now, owner: options.command, beside: options.beside }, { release() {} }, null);
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

function ledgerOf(store: Store, lock: Lock, doubtful: string | null): Ledger {
  const { db } = store;
  const commits = new Commits(db);
  let isOpen = true;
  return {
    place: db.place,
    caution: doubtful,
    checkWorld: async (sandbox) => checkWorld(db, sandbox),
    identify: (identity) => commits.write(() => identify(db, identity)),
    recover: () => commits.write(() => (store.beside ? 0 : recover(store))),
    lookup: async (page, again) => lookup(store, page, again),
    idOf: async (bot, content, kind) => idOf(store, { bot, content, kind }),
    select: (what, cut) => select(store, what, cut),
    rowsOf: async (keys, bots) => rowsOf(store, keys, bots),
    countBad: async (bots) => countBad(store, bots),
    begin: (facts) => commits.write(() => begin(store, facts)),
    confirm: (attempt, confirmation) => commits.write(() => confirm(store, attempt, confirmation)),
    retry: (attempt, failure) => commits.write(() => retry(store, attempt, failure)),
    fail: (attempt, facts, failure) => commits.write(() => fail(store, attempt, facts, failure)),
    doubt: (attempt, failure) => commits.write(() => doubt(store, attempt, failure)),
    ...lostCallsOf(store, commits),
    note: (keys) => commits.write(() => note(store, keys)),
    point: (key) => commits.write(() => point(store, key)),
    learn: (learned) => commits.write(() => learn(store, learned)),
    isServed: async (id) => isServed(store, id),
    markDead: (id) => commits.write(() => markDead(store, id)),
    forget: (gone) => commits.write(() => forget(store, gone)),
    enqueue: (entries) => commits.write(() => enqueue(store, entries)),
    queued: async (after) => queued(store, after),
    dequeue: (ids) => commits.write(() => dequeue(store, ids)),
    warming: async (bots) => warming(store, bots),
    refuse: (work, failure) => commits.write(() => refuse(store, work, failure)),
    lanes: async () => lanes(store),
    keepLane: (memory) => commits.write(() => keepLane(store, memory)),
    freezeLane: (wait) => commits.write(() => freezeLane(store, wait)),
    keepLaneStates: (bot, lanes) => commits.write(() => keepLaneStates(db, bot, lanes)),
    measures: async () => measures(db),
    keepMeasures: (measured) => commits.write(() => keepMeasures(db, measured)),
    announce: (fields) => commits.write(() => announce(db, fields)),
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      commits.flush();
      eraseHolder(db);
      db.close();
      lock.release();
    },
  };
}

function lostCallsOf(store: Store, commits: Commits): LostCalls {
  return {
    lostCalls: async (rows) => lostCalls(store, rows),
    neighbours: async (around) => neighbours(store, around),
    confirmLost: (attempt, confirmation) =>
      commits.write(() => confirm(store, attempt, confirmation, { lost: true })),
    closeLost: (attempt, state) => commits.write(() => closeLost(store, attempt, state)),
    beginLook: (look) => commits.write(() => beginLook(store, look)),
    copied: (look, copyId) => commits.write(() => copied(store, look, copyId)),
    endLook: (look) => commits.write(() => endLook(store, look)),
    leftLooks: async (bots) => leftLooks(store, bots),
  };
}
