import { accessSync, closeSync, constants, openSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { errorCode } from "../../domain/error-code.ts";
import { isPostgres, readPostgresUrl } from "../../domain/postgres-url.ts";
import { LedgerError, type LedgerFault } from "../error.ts";

function refusePostgres(path: string): void {
  const url = isPostgres(path) ? readPostgresUrl(path) : null;
  if (url === null) return;
  throw new LedgerError(
    `${typeof url === "string" ? "postgres://" : url.place}: this command takes a ledger in SQLite only; name one with --ledger sqlite:FILE`,
    2,
  );
}

/**
 * Returns the real path of the database file at `path`, so that every way to write it leads to the same lock. Throws
 * LedgerError (exit code 2) when its folder does not exist, when it is not a file, or when this user lacks the rights.
 */
export function checkPlace(path: string, need: "readable" | "writable" = "writable"): string {
  refusePostgres(path);
  const folder = dirname(resolve(path));
  const kind = kindOf(path);
  if (kind === "other") throw unusable(`${path} is not a file`, "no_ledger");
  if (kindOf(folder) !== "folder") {
    throw new LedgerError(
      `${path} is in a folder that does not exist; create ${dirname(path)} first, or use another --ledger`,
      2,
      { fault: "no_folder" },
    );
  }
  if (kind === "folder") throw unusable(`${path} is a directory`, "no_ledger");
  if (need === "readable" && kind === "file" && refusalOf(path, constants.R_OK) !== null) {
    throw unusable(`${path} may not be read by this user; give the right to it`, "other");
  }
  if (need === "writable") {
    const code =
      refusalOf(folder, READ_AND_WRITE) ?? (kind === "file" ? refusalOf(path, READ_AND_WRITE) : null);
    if (code === "EROFS")
      throw unusable(
        `${path} lies on a file system that is mounted read-only; mount it for writing`,
        "read_only",
      );
    if (code !== null)
      throw unusable(
        `${path} may not be written by this user; allow it to write the file and its folder`,
        "not_writable",
      );
  }
  // The native one knows the short names of Windows too: each way to write a path has to lead to one lock.
  const real = realpathSync.native;
  return kind === "file" ? real(path) : join(real(folder), basename(path));
}

/**
 * Makes the database file where there is none, with the rights that the umask leaves of 0666. SQLite itself would make it with those
 * of 0644 and give its `-wal` and `-shm` the same: of a group that shares the ledger (UMask=0007), a reader who made these two first
 * would keep out the writer. What stands in the way is SQLite's to say.
 */
export function makeFile(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o666));
  } catch {
    // It is there, or cannot be made.
  }
}

function unusable(what: string, fault: LedgerFault): LedgerError {
  return new LedgerError(`${what}; use another --ledger`, 2, { fault });
}

function kindOf(path: string): "file" | "folder" | "other" | "missing" {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return "folder";
    return stats.isFile() ? "file" : "other";
  } catch {
    return "missing";
  }
}

const READ_AND_WRITE = constants.R_OK | constants.W_OK;

/** Why this user may not do that with a path, as a code of the system; null where it may. */
function refusalOf(path: string, mode: number): string | null {
  try {
    accessSync(path, mode);
    return null;
  } catch (error) {
    return errorCode(error) ?? "EACCES";
  }
}
