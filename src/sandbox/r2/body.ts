import { createHash } from "node:crypto";

/** Generated content: byte `i` is `i % 251`. It needs no memory, whatever its length. */
interface SyntheticBody {
  readonly bytes: number;
}

/** The content of an object. */
export type ObjectBody = Uint8Array | SyntheticBody;

const CHUNK = 65_536;
const PERIOD = 251;
const PATTERN = Buffer.from(Array.from({ length: CHUNK + PERIOD }, (_, i) => i % PERIOD));

/** Returns the length of a body in bytes. */
export function lengthOf(body: ObjectBody): number {
  return body instanceof Uint8Array ? body.byteLength : body.bytes;
}

/** Yields `length` bytes of a body from offset `from`, in pieces of at most 64 KiB that share its memory. */
export function* piecesOf(body: ObjectBody, from: number, length: number): Generator<Uint8Array> {
  const end = from + length;
  for (let at = from; at < end; at += CHUNK) {
    const size = Math.min(CHUNK, end - at);
    const start = body instanceof Uint8Array ? at : at % PERIOD;
    yield (body instanceof Uint8Array ? body : PATTERN).subarray(start, start + size);
  }
}

/**
 * Returns the ETag without quotes: the MD5 of the content in hex, as in R2 for an object put in one piece. Generated content
 * gets the MD5 of its description: stable, equal for equal lengths, and without hashing 2 GB.
 */
export function etagOf(body: ObjectBody): string {
  return createHash("md5")
    .update(body instanceof Uint8Array ? body : `synthetic ${body.bytes}`)
    .digest("hex");
}

/** Returns the SHA-256 of the content, in hex. */
export function sha256Of(body: ObjectBody): string {
  const hash = createHash("sha256");
  for (const piece of piecesOf(body, 0, lengthOf(body))) hash.update(piece);
  return hash.digest("hex");
}

/** Returns the first bytes, for guessing a type. */
export function headOf(body: ObjectBody): Uint8Array {
  return body instanceof Uint8Array ? body.subarray(0, 16) : new Uint8Array(0);
}
