import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LedgerError } from "../error.ts";

/**
 * The real path of the database file at `path`, so that every way to write it leads to one lock. Throws LedgerError
 * (exit code 2) when there is no folder for it, when it is no file, or when this user may not do there what is needed.
 */
export function checkPlace(path: string, need: "readable" | "writable" = "writable"): string {
  const folder = dirname(resolve(path));
  const kind = kindOf(path);
  if (kind === "other") throw refuse(`${path} is not a file`);
  if (kindOf(folder) !== "folder") {
    throw new LedgerError(
      `${path} has no folder to lie in; make ${dirname(path)} first, or use another --ledger`,
      2,
    );
  }
  if (kind === "folder") throw refuse(`${path} is a directory`);
  if (need === "readable" && kind === "file" && !may(path, constants.R_OK)) {
    throw refuse(`${path} may not be read by this user; give the right to it`);
  }
  if (need === "writable" && !(mayWrite(folder) && (kind === "missing" || mayWrite(path)))) {
    throw refuse(`${path} may not be written by this user; give the right to it and to its folder`);
  }
  return kind === "file" ? realpathSync(path) : join(realpathSync(folder), basename(path));
}

function refuse(what: string): LedgerError {
  return new LedgerError(`${what}; use another --ledger`, 2);
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

function mayWrite(path: string): boolean {
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
