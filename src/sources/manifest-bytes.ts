import type { Readable } from "node:stream";
import { failure } from "../domain/failure.ts";
import { SourceFailed } from "../domain/source-failed.ts";

/** Pieces are this small at most, so that what one of them holds stays small too. */
const PIECE_BYTES = 64 * 1024;
/** Enough to know a byte order mark or a compressed file. */
const OPENING_BYTES = 4;

const BY_CODE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "this is a directory, not a file",
  EACCES: "this file may not be read by the current user",
};

/** A failure that concerns the whole manifest. */
export function manifestFailed(name: string, problem: string, cause?: unknown): SourceFailed {
  return new SourceFailed(failure("manifest_syntax", `manifest ${name}: ${problem}`), { cause });
}

/**
 * The bytes of a manifest in small pieces, without a byte order mark. Throws SourceFailed when the file cannot be
 * read, or is not UTF-8 text (UTF-16 and gzip are told by name).
 */
export async function* manifestBytes(open: () => Readable, name: string): AsyncGenerator<Buffer> {
  let opening: Buffer | null = Buffer.alloc(0);
  for await (const piece of readPieces(open, name)) {
    if (opening === null) {
      yield piece;
      continue;
    }
    opening = Buffer.concat([opening, piece]);
    if (opening.length < OPENING_BYTES) continue;
    yield withoutMark(opening, name);
    opening = null;
  }
  if (opening !== null && opening.length > 0) yield withoutMark(opening, name);
}

async function* readPieces(open: () => Readable, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of open()) {
      const bytes: Buffer = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const message = error instanceof Error ? error.message : String(error);
    throw manifestFailed(name, BY_CODE[code] ?? `cannot be read (${message})`, error);
  }
}

function withoutMark(opening: Buffer, name: string): Buffer {
  const [a, b, c] = opening;
  if (a === 0x1f && b === 0x8b) {
    throw manifestFailed(
      name,
      "this is a gzip file: unpack it, for example `gunzip -c FILE | prewarm run --manifest -`",
    );
  }
  if (
    (a === 0xff && b === 0xfe) ||
    (a === 0xfe && b === 0xff) ||
    opening.subarray(0, OPENING_BYTES).includes(0)
  ) {
    throw manifestFailed(name, "this is UTF-16 text, not UTF-8: save it as UTF-8, then run again");
  }
  return a === 0xef && b === 0xbb && c === 0xbf ? opening.subarray(3) : opening;
}
