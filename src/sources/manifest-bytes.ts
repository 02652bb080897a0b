import type { Readable } from "node:stream";
import { failure } from "../domain/failure.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import { utf8Pieces } from "../domain/text-encoding.ts";

/** Pieces are this small at most, so that what one of them holds stays small too. */
const PIECE_BYTES = 64 * 1024;
/** Enough to know a compressed file. */
const OPENING_BYTES = 2;

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
 * The text of a manifest in small pieces, as UTF-8 without a byte order mark, whatever it was written in. Throws SourceFailed
 * when the file cannot be read, or is compressed (gzip is told by name).
 */
export async function* manifestBytes(open: () => Readable, name: string): AsyncGenerator<Buffer> {
  yield* utf8Pieces(unpacked(readPieces(open, name), name));
}

async function* unpacked(pieces: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let opening: Buffer | null = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (opening === null) {
      yield piece;
      continue;
    }
    opening = Buffer.concat([opening, piece]);
    if (opening.length < OPENING_BYTES) continue;
    yield textual(opening, name);
    opening = null;
  }
  if (opening !== null && opening.length > 0) yield textual(opening, name);
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
    const problem = `manifest ${name}: ${BY_CODE[code] ?? `cannot be read (${message})`}`;
    throw new SourceFailed(failure("manifest_unreadable", problem), { cause: error });
  }
}

function textual(opening: Buffer, name: string): Buffer {
  if (opening[0] === 0x1f && opening[1] === 0x8b) {
    throw manifestFailed(
      name,
      "this is a gzip file: unpack it, for example `gunzip -c FILE | prewarm run --manifest -`",
    );
  }
  return opening;
}
