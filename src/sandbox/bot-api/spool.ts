import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";

/** Files up to this size stay in memory. */
const MEMORY_BYTES = 1 << 20;
/** The first bytes, enough for the header of any image. */
const HEAD_BYTES = 256 << 10;
/** Larger files are counted and hashed but not stored: getFile serves up to 20 MB (BAS: `20 << 20`). */
export const KEPT_BYTES = 20 << 20;

/** Where the bytes of a file are. */
export type StoredContent =
  | { readonly type: "memory"; readonly data: Buffer }
  | { readonly type: "file"; readonly path: string };

/** Received bytes, read to their end. */
export interface SpooledBytes {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly head: Buffer;
  /** `null` above {@link KEPT_BYTES}. */
  readonly content: StoredContent | null;
}

/** Removes the content of bytes that did not become a file. */
export async function discard({ content }: Pick<SpooledBytes, "content">): Promise<void> {
  if (content?.type === "file") await rm(content.path, { force: true });
}

/** Returns the path of a new file, in a folder that is created when it is first needed. */
export type FreshPath = () => Promise<string>;

/** Returns a {@link FreshPath} in the folder that `folder` creates. */
export function freshPaths(folder: () => Promise<string>): FreshPath {
  let count = 0;
  return async () => {
    count += 1;
    const name = `upload-${count}`;
    return join(await folder(), name);
  };
}

/**
 * Reads a stream to its end, counting and hashing it. Small content is kept in memory, larger content in a file, and none
 * above 20 MiB. Returns null when it has more than `maxBytes` (it is still read to its end). Rejects when the stream breaks.
 */
export async function spool(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
  freshPath: FreshPath,
): Promise<SpooledBytes | null> {
  const hash = createHash("sha256");
  const sink = new Sink(freshPath);
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > maxBytes) await sink.discard();
      else {
        hash.update(chunk);
        await sink.write(chunk);
      }
    }
  } catch (error) {
    await sink.discard();
    throw error;
  }
  if (bytes > maxBytes) return null;
  const content = await sink.finish();
  return { bytes, sha256: hash.digest("hex"), head: sink.head(), content };
}

/** Collects bytes in memory first, then in a file, then drops them. */
class Sink {
  readonly #freshPath: FreshPath;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #head: Buffer | null = null;
  #file: { readonly path: string; readonly handle: FileHandle } | null = null;
  #discarded = false;

  constructor(freshPath: FreshPath) {
    this.#freshPath = freshPath;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#discarded) return;
    this.#bytes += chunk.length;
    if (this.#bytes > KEPT_BYTES) return this.discard();
    if (this.#file) return writeAll(this.#file.handle, chunk);
    this.#chunks.push(chunk);
    if (this.#bytes > MEMORY_BYTES) await this.#spill();
  }

  head(): Buffer {
    this.#head ??= Buffer.concat(this.#chunks).subarray(0, HEAD_BYTES);
    return this.#head;
  }

  async finish(): Promise<StoredContent | null> {
    if (this.#discarded) return null;
    if (!this.#file) {
      const data = Buffer.concat(this.#chunks);
      this.#head = data.subarray(0, HEAD_BYTES);
      return { type: "memory", data };
    }
    await this.#file.handle.close();
    return { type: "file", path: this.#file.path };
  }

  /** Drops the content, but not the head. */
  async discard(): Promise<void> {
    if (this.#discarded) return;
    this.head();
    this.#discarded = true;
    this.#chunks = [];
    await this.#file?.handle.close();
    if (this.#file) await rm(this.#file.path, { force: true });
  }

  async #spill(): Promise<void> {
    this.#head = Buffer.from(this.head());
    const path = await this.#freshPath();
    this.#file = { path, handle: await open(path, "wx") };
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [];
    await writeAll(this.#file.handle, whole);
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.length; ) {
    from += (await handle.write(chunk, from)).bytesWritten;
  }
}
