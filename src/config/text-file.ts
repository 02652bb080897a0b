import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { type DecodedText, textOf } from "../domain/text-encoding.ts";

/** A file that cannot be read as text; `message` says why, without its path. */
export class UnreadableFile extends Error {
  /** The system's code, such as ENOENT; null where the file could be read and its content is at fault. */
  readonly code: string | null;

  constructor(why: string, code: string | null = null) {
    super(why);
    this.code = code;
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is a file, not a folder",
  EISDIR: "this is a folder, not a file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  ELOOP: "it is a link that leads back to itself",
};

/** Far more than settings, secrets and reports have. A device such as /dev/zero never ends. */
const MOST_BYTES = 16 * 2 ** 20;
const CHUNK_BYTES = 65_536;

/** The text of a file of 16 MiB at most, in any encoding that {@link textOf} knows. Throws UnreadableFile. */
export function readTextFile(path: string): DecodedText {
  const decoded = textOf(bytesOf(path));
  if (decoded.isBinary) throw new UnreadableFile("this is not a text file");
  return decoded;
}

/** What a JSON file holds, in any of these encodings. Throws UnreadableFile, for what is not JSON with the line. */
export function readJsonFile(path: string): unknown {
  return parseJson(readTextFile(path).text);
}

/** As {@link readJsonFile}, of a text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UnreadableFile(`it is not valid JSON${lineOfFault(text, error)}`);
  }
}

/** Node names the place as a position; a text that ends too early has none. */
function lineOfFault(text: string, error: unknown): string {
  if (text.trim() === "") return ": it is empty";
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  const before = position === undefined ? text.trimEnd() : text.slice(0, Number(position));
  const lines = before.split("\n");
  const column = position === undefined ? "" : `, column ${(lines.at(-1) ?? "").length + 1}`;
  return ` at line ${lines.length}${column}`;
}

/** Why a file cannot be read, in words; null where it can. It is not opened: whoever writes to a pipe would be cut off. */
export function whyUnreadable(path: string): string | null {
  try {
    if (statSync(path).isDirectory()) return WHY.EISDIR ?? null;
    accessSync(path, constants.R_OK);
    return null;
  } catch (error) {
    return unreadable(error).message;
  }
}

function bytesOf(path: string): Buffer {
  const file = asUnreadable(() => openSync(path, "r"));
  try {
    return asUnreadable(() => allOf(file));
  } finally {
    closeSync(file);
  }
}

function allOf(file: number): Buffer {
  const chunks: Buffer[] = [];
  for (let bytes = 0; bytes <= MOST_BYTES; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = readSync(file, chunk);
    if (read === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, read));
    bytes += read;
  }
  throw new UnreadableFile(`it has more than ${MOST_BYTES / 2 ** 20} MiB`);
}

function asUnreadable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UnreadableFile ? error : unreadable(error);
  }
}

function unreadable(error: unknown): UnreadableFile {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  return new UnreadableFile(WHY[code] ?? message, code);
}
