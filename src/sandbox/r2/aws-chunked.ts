import { accept, type Checked, refuse } from "./errors.ts";

/** A body decoded from `aws-chunked`. */
export interface Unchunked {
  readonly pieces: readonly Uint8Array[];
  /** Trailing headers by lower-case name. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** Checks one chunk by the signature in its head (`""` without one). The chunk that ends the body is empty. */
export type ChunkJudge = (signature: string, data: Uint8Array) => boolean;

/**
 * Decodes `aws-chunked` (S3 API reference, "Signature calculations for the authorization header: transferring payload in
 * multiple chunks"): heads of hexadecimal size and optional `chunk-signature`, then trailing headers.
 */
export async function unchunk(
  source: AsyncIterable<Uint8Array>,
  judge: ChunkJudge,
): Promise<Checked<Unchunked>> {
  const reader = new ByteReader(source);
  const pieces: Uint8Array[] = [];
  for (;;) {
    const head = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec((await reader.line()) ?? "");
    if (!head) return refuse("IncompleteBody");
    const size = Number.parseInt(head[1] ?? "0", 16);
    const data = await reader.take(size);
    if (!data) return refuse("IncompleteBody");
    if (!judge(head[2] ?? "", data)) return refuse("SignatureDoesNotMatch");
    if (size === 0) return accept({ pieces, trailers: await readTrailers(reader) });
    pieces.push(data);
    if ((await reader.line()) !== "") return refuse("IncompleteBody");
  }
}

async function readTrailers(reader: ByteReader): Promise<ReadonlyMap<string, string>> {
  const trailers = new Map<string, string>();
  for (let line = await reader.line(); line; line = await reader.line()) {
    const colon = line.indexOf(":");
    trailers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return trailers;
}

/** The longest accepted line: heads and trailers are short. */
const MAX_LINE = 4096;

/** Reads lines and byte counts from a stream that may be split anywhere. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Returns the next line without its CRLF; `undefined` when the stream ends first. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#rest.toString("latin1", 0, end);
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      const more = this.#rest.length > MAX_LINE ? undefined : await this.#next();
      if (!more) return undefined;
      this.#rest = Buffer.concat([this.#rest, more]);
    }
  }

  /** Returns exactly `size` bytes; `undefined` when the stream ends first. */
  async take(size: number): Promise<Uint8Array | undefined> {
    const parts: Buffer[] = [];
    let missing = size;
    while (missing > this.#rest.length) {
      parts.push(this.#rest);
      missing -= this.#rest.length;
      const more = await this.#next();
      if (!more) return undefined;
      this.#rest = more;
    }
    parts.push(this.#rest.subarray(0, missing));
    this.#rest = this.#rest.subarray(missing);
    return parts.length === 1 ? parts[0] : Buffer.concat(parts, size);
  }

  async #next(): Promise<Buffer | undefined> {
    const { value, done } = await this.#source.next();
    return done ? undefined : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
