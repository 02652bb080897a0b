import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { retryLine } from "../../domain/advice.ts";
import { LedgerError } from "../error.ts";
import { isRunning } from "../running.ts";
import { stamp } from "../sql/store.ts";
import { Sqlite } from "./adapter.ts";
import { openDriver, type SqliteDriver } from "./driver.ts";
import { asLedgerError, sqliteCode } from "./errors.ts";

/** Who writes to a ledger. `since` is UTC, as {@link stamp} writes it. */
interface Holder {
  readonly pid: string;
  readonly host: string;
  readonly command: string;
  readonly since: string;
}

interface KnownHolder extends Holder {
  /** Where the admin server of a worker is reached, once it said so. */
  readonly admin?: string | undefined;
  /** `1` where that asks for a token. */
  readonly guarded?: string | undefined;
}

/** The right to write to a database. */
export interface Lock {
  release(): void;
}

/** Tries and pauses that give a holder time to record its name, or to finish closing. */
const TRIES = 20;
const PAUSE_MS = 50;

/**
 * Takes the right to write to the database at `file`, or throws LedgerError (exit code 2) that names who has it.
 * `unixMs` is now.
 *
 * The right is SQLite's own exclusive lock on `<file>-lock`: the system drops it when the process ends, however it ends, so
 * it is never stale, and it does not affect readers of the database. The empty file stays behind: if it were removed, a
 * process that had just opened it could lock the removed file while another locks a new one, and both would write.
 */
export async function acquire(file: string, place: string, unixMs: number): Promise<Lock> {
  let holder: KnownHolder | null = null;
  for (let i = 0; i < TRIES; i++) {
    const lock = tryLock(`${file}-lock`, `${place}-lock`);
    if (lock) return lock;
    holder = readHolder(file, place);
    if (holder && seemsAlive(holder)) break;
    await sleep(PAUSE_MS);
  }
  const other = "another prewarm process; wait for it to end";
  const who = holder ? heldBy(holder, unixMs) : other;
  throw new LedgerError(`${place} is held by ${who} or use another --ledger`, 2);
}

/**
 * Whether a process has the right to write to the database at `file`, by the lock alone: it is known to every process of this
 * machine, in other containers too, and goes with its process. `undefined` where this user may not look.
 */
export function isHeld(file: string): boolean | undefined {
  const lock = `${file}-lock`;
  if (!existsSync(lock)) return false;
  let db: SqliteDriver | undefined;
  try {
    db = openDriver(lock);
    db.exec("select count(*) from sqlite_schema");
    return false;
  } catch (error) {
    return sqliteCode(error) === BUSY ? true : undefined;
  } finally {
    db?.close();
  }
}

/** Whether a process has the right to write: by the lock, and where this user may not look at that, by the name it gave. */
export function hasHolder(file: string, place: string): boolean {
  const held = isHeld(file);
  if (held !== undefined) return held;
  const holder = readHolder(file, place);
  return holder !== null && seemsAlive(holder);
}

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const BUSY = 5;

function tryLock(file: string, place: string): Lock | null {
  let db: SqliteDriver | undefined;
  try {
    db = openDriver(file);
    db.exec("begin exclusive");
    const held = db;
    return { release: () => held.close() };
  } catch (error) {
    db?.close();
    if (sqliteCode(error) === BUSY) return null;
    throw asLedgerError(place, error, true);
  }
}

const NOBODY = "delete from prewarm_identity where key like 'holder\\_%' escape '\\'";

/** Records who holds the lock, for the message to the next process. */
export function signHolder(db: Sqlite, command: string, unixMs: number): void {
  const holder: Holder = { pid: String(process.pid), host: hostname(), command, since: stamp(unixMs).text };
  db.transaction(() => {
    db.run(NOBODY);
    announce(db, { ...holder });
  });
}

/** Adds facts about the holder, which are erased with its name. */
export function announce(db: Sqlite, fields: Readonly<Record<string, string>>): void {
  for (const [field, value] of Object.entries(fields)) {
    db.run(
      "insert into prewarm_identity (key, value) values (:key, :value) on conflict (key) do update set value = excluded.value",
      { key: `holder_${field}`, value },
    );
  }
}

/** Erases the name. If that fails nothing is lost: the lock decides, and the name of a dead process is ignored. */
export function eraseHolder(db: Sqlite): void {
  try {
    db.run(NOBODY);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
  }
}

function readHolder(file: string, place: string): KnownHolder | null {
  try {
    const db = new Sqlite(file, place);
    try {
      const rows = db.all<{ field: string; value: string }>(
        "select substr(key, 8) as field, value from prewarm_identity where key like 'holder\\_%' escape '\\'",
      );
      const { pid, host, command, since, admin, guarded } = Object.fromEntries(
        rows.map(({ field, value }) => [field, value]),
      );
      return pid && host && command && since ? { pid, host, command, since, admin, guarded } : null;
    } finally {
      db.leave();
    }
  } catch (error) {
    if (error instanceof LedgerError) return null;
    throw error;
  }
}

/** False for the name of a killed process, which the process that now holds the lock has not replaced yet. It decides nothing. */
export function seemsAlive({ pid, host }: Pick<Holder, "pid" | "host">): boolean {
  return host !== hostname() || isRunning(Number(pid));
}

function heldBy(holder: KnownHolder, unixMs: number): string {
  const { command, pid, host, since } = holder;
  const who = `\`${command}\` (pid ${pid} on ${host}, since ${localTime(since, unixMs)})`;
  return `${who}; ${besideHolder(holder)}`;
}

/** What can be done beside a worker, which does by itself all that a run would do. */
function besideHolder({ admin, guarded }: KnownHolder): string {
  if (admin === undefined) return "wait for it to end";
  const retry = retryLine({ url: admin, guarded: guarded === "1" }, "unknown");
  return `it warms new objects by itself, ${admin}/ shows how it is, and \`${retry}\` does what \`--only unknown\` does in a run; or end it,`;
}

/** Returns the local time of day, with the date if that is not today's. */
function localTime(since: string, unixMs: number): string {
  const at = new Date(`${since.replace(" ", "T")}Z`);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((n) => String(n).padStart(2, "0"))
    .join(":");
  return at.toDateString() === new Date(unixMs).toDateString() ? time : `${at.toDateString()} ${time}`;
}
