import { LedgerError, type LedgerFault } from "../error.ts";

const OTHER_LEDGER = "or use another --ledger";

/** Primary result codes of SQLite (sqlite.org/rescode.html), with what they mean to the user. */
const MEANINGS: Readonly<Record<number, string>> = {
  3: `may not be written by this user; allow it to write the file and its folder, ${OTHER_LEDGER}`,
  5: "is locked by another program; end it, then run again",
  6: "is locked by another program; end it, then run again",
  8: `may not be written by this user; allow it to write the file and its folder, ${OTHER_LEDGER}`,
  10: "could not be read or written; look at the disk it lies on, then run again",
  11: `is damaged; restore it from a backup, ${OTHER_LEDGER}`,
  13: "cannot grow, its disk is full; free some space, then run again",
  14: `cannot be opened; check that it and its folder may be written, ${OTHER_LEDGER}`,
  19: "rejects a row that prewarm writes; loosen that constraint",
  26: "is not a SQLite database; use another --ledger",
};

const FAULTS: Readonly<Record<number, LedgerFault>> = {
  3: "not_writable",
  8: "not_writable",
  26: "no_ledger",
};
const FULL = 13;

function fullDisk(folder: string): string {
  return `${folder} cannot hold a copy of the ledger, its disk is full; free some space there, or set TMPDIR to a folder with room`;
}

/** Where libsql and `node:sqlite` have the result code. */
interface SqliteFault {
  readonly rawCode?: number;
  readonly errcode?: number;
}

/** Returns the primary result code of an error of SQLite, or `undefined` for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { rawCode, errcode } = error as SqliteFault;
  const extended = rawCode ?? errcode;
  if (typeof extended === "number") return extended & 0xff;
  // A failed opening of libsql throws a plain Error with the code only in its text.
  const code = /^ConnectionFailed\(.*: (\d+)"\)$/s.exec(error.message)?.[1];
  return code === undefined ? undefined : Number(code) & 0xff;
}

/** SQLITE_BUSY and SQLITE_LOCKED (sqlite.org/rescode.html). */
const LOCKED = [5, 6];

/** Whether a ledger gave no answer because another program is writing or has locked it. */
export function isBusy(error: LedgerError): boolean {
  return LOCKED.includes(sqliteCode(error.cause) ?? 0);
}

/**
 * Turns an error of SQLite into a LedgerError for the ledger at `place`: one line, with the next step. Errors that are not
 * SQLite's are bugs and are returned unchanged. `disk` is the folder that has to have room, where that is not the ledger's.
 */
export function asLedgerError(place: string, error: unknown, opening: boolean, disk?: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  if (code === FULL && disk !== undefined) return new LedgerError(fullDisk(disk), 1, { cause: error });
  const meaning = MEANINGS[code] ?? "failed; look at what SQLite says";
  const exitCode = opening && code !== FULL ? 2 : 1;
  const detail = code === 14 ? "" : ` (SQLite: ${error.message})`;
  return new LedgerError(`${place} ${meaning}${detail}`, exitCode, {
    cause: error,
    fault: FAULTS[code] ?? "other",
  });
}

/** A ledger that holds `what` although no prewarm writes that. */
export function unreadable(place: string, what: string, exitCode: 1 | 2, cause?: unknown): LedgerError {
  return new LedgerError(
    `${place} holds what no prewarm writes: ${what}; mend or delete that row, or restore the ledger from a backup`,
    exitCode,
    { cause },
  );
}
