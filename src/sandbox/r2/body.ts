import { createHash } from "node:crypto";

/** Content made up while it is read: byte `i` is `i % 251`. It costs no memory whatever its length. */
interface SyntheticBody {
  readonly bytes: number;
}

/** What an object holds. */
export type Body = Uint8Array | SyntheticBody;

const CHUNK = 65_536;
const PERIOD = 251;
const PATTERN = Buffer.from(Array.from({ length: CHUNK + PERIOD }, (_, i) => i % PERIOD));

/** Length in bytes. */
export function lengthOf(body: Body): number {
  return body instanceof Uint8Array ? body.byteLength : body.bytes;
}

/** `length` bytes of a body from offset `from` on, in pieces of at most 64 KiB that share the body's memory. */
export function* piecesOf(body: Body, from: number, length: number): Generator<Uint8Array> {
  const end = from + length;
  for (let at = from; at < end; at += CHUNK) {
    const size = Math.min(CHUNK, end - at);
    const start = body instanceof Uint8Array ? at : at % PERIOD;
    yield (body instanceof Uint8Array ? body : PATTERN).subarray(start, start + size);
  }
}

/**
 * ETag without quotes: the MD5 of the content in hex, as R2 has it for an object put in one piece. Synthetic content gets
 * the MD5 of its description: stable, equal for equal lengths, and 2 GB need not be hashed.
 */
export function etagOf(body: Body): string {
  return createHash("md5")
    .update(body instanceof Uint8Array ? body : `synthetic ${body.bytes}`)
    .digest("hex");
}

/** The first bytes, for guessing a type. */
export function headOf(body: Body): Uint8Array {
  return body instanceof Uint8Array ? body.subarray(0, 16) : new Uint8Array(0);
}
