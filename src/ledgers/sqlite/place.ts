import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LedgerError, type LedgerFault } from "../error.ts";

/**
 * Returns the real path of the database file at `path`, so that every way to write it leads to the same lock. Throws
 * LedgerError (exit code 2) when its folder does not exist, when it is not a file, or when this user lacks the rights.
 */
export function checkPlace(path: string, need: "readable" | "writable" = "writable"): string {
  const folder = dirname(resolve(path));
  const kind = kindOf(path);
  if (kind === "other") throw unusable(`${path} is not a file`, "no_ledger");
  if (kindOf(folder) !== "folder") {
    throw new LedgerError(
      `${path} has no folder to lie in; make ${dirname(path)} first, or use another --ledger`,
      2,
      { fault: "no_folder" },
    );
  }
  if (kind === "folder") throw unusable(`${path} is a directory`, "no_ledger");
  if (need === "readable" && kind === "file" && !may(path, constants.R_OK)) {
    throw unusable(`${path} may not be read by this user; give the right to it`, "other");
  }
  if (need === "writable" && !(mayReadAndWrite(folder) && (kind === "missing" || mayReadAndWrite(path)))) {
    throw unusable(
      `${path} may not be written by this user; give the right to it and to its folder`,
      "not_writable",
    );
  }
  return kind === "file" ? realpathSync(path) : join(realpathSync(folder), basename(path));
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

function mayReadAndWrite(path: string): boolean {
  return may(path, constants.R_OK | constants.W_OK);
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
