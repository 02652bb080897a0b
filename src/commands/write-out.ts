import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ConfigError } from "../config/error.ts";
import { errorCode } from "../domain/error-code.ts";

/** Something could not be written to its end: exit code 1. */
class OutputFailed extends Error {
  readonly exitCode = 1;
}

/** A text, piece by piece. */
type Pieces = AsyncIterable<string> | readonly string[];

/**
 * Writes pieces to a stream, no faster than it takes them. Ends quietly, and asks for no more of them, when its reader goes away
 * (`| head`). Throws where it cannot be written for another reason.
 */
export async function writeOut(pieces: Pieces, out: NodeJS.WritableStream): Promise<void> {
  let trouble: Error | null = null;
  const note = (error: Error) => {
    trouble = error;
  };
  out.on("error", note);
  try {
    for await (const piece of pieces) {
      if (piece !== "" && !out.write(piece)) await drained(out);
      // A pipe tells of its end in a turn of its own.
      await nextTurn();
      if (trouble !== null) break;
    }
  } finally {
    out.off("error", note);
  }
  const code = errorCode(trouble);
  if (trouble !== null && code !== "EPIPE")
    throw new OutputFailed(`stdout cannot be written (${code}): make room there, then run it again`);
}

function drained(out: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const name of ["drain", "error", "close"]) out.off(name, done);
      resolve();
    };
    for (const name of ["drain", "error", "close"]) out.on(name, done);
  });
}

/**
 * Writes pieces to a file that appears whole: under a name of its own (`FILE.part`) until it is done. What is no plain file, such
 * as a pipe, is written as it is. Throws ConfigError where it cannot be made, or would take the place of a ledger; `label` is how the
 * user named it.
 */
export async function writeFileWhole(pieces: Pieces, path: string, label = path): Promise<void> {
  const isPlain = isPlainOrNew(path);
  if (isPlain && isDatabase(path))
    throw new ConfigError([`${label}: it is a SQLite database, such as a ledger; name another file`]);
  const part = isPlain ? `${path}.part` : path;
  const file = opened(part, label);
  try {
    for await (const piece of pieces) {
      writeAll(file, Buffer.from(piece));
      await nextTurn();
    }
    if (isPlain) fsyncSync(file);
    closeSync(file);
    if (isPlain) renameSync(part, path);
  } catch (error) {
    if (isPlain) rmSync(part, { force: true });
    const code = errorCode(error);
    if (code === null || code.startsWith("ERR_")) throw error;
    throw new OutputFailed(`${path} cannot be written (${code}): make room there, then run it again`);
  }
}

function isPlainOrNew(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}

/** How every database file begins, with a zero byte after it (sqlite.org/fileformat.html#magic_header_string). */
const DATABASE = "SQLite format 3";

function isDatabase(path: string): boolean {
  const file = openedToRead(path);
  if (file === null) return false;
  try {
    const head = Buffer.alloc(DATABASE.length);
    readSync(file, head);
    return head.toString("latin1") === DATABASE;
  } finally {
    closeSync(file);
  }
}

function openedToRead(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch {
    return null;
  }
}

function opened(part: string, label: string): number {
  try {
    return openSync(part, "w");
  } catch (error) {
    throw new ConfigError([
      `${label}: it cannot be written (${errorCode(error) ?? error}); name another file`,
    ]);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
