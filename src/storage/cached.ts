import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { unlessAborted } from "../domain/abort.ts";
import { carriedFailure, failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { type Content, ContentCache, type ContentCacheOptions } from "./content-cache.ts";
import type { OpenObject, OpenOptions, Storage } from "./port.ts";

export interface CachedOptions extends ContentCacheOptions {
  /** Larger objects are streamed as they are and never held. */
  readonly maxObjectBytes: number;
}

export interface CachedStorage extends Storage {
  /** Whole reads that memory answered, those that went to the bucket, and the bytes held now. */
  readonly cache: { readonly hits: number; readonly misses: number; readonly bytes: number };
}

/**
 * A bucket whose small objects are read once for several bots that meet within `ttlMs`. Only whole reads by ETag are
 * answered from memory: without an ETag the caller asks for what is there now, and so does a HEAD, which is why neither
 * is cached. An ETag names its content, so an object that was replaced meanwhile may still be read by its old one.
 * Two reads of one object at a time share one request; where the first one is aborted or fails, the others read by
 * themselves. Objects that are shared are read whole before anybody gets them: no reader can hold up another.
 */
export function cachedStorage(storage: Storage, options: CachedOptions): CachedStorage {
  const reader = new CachedReader(storage, options);
  return {
    cache: reader,
    list: (prefix) => storage.list(prefix),
    check: () => storage.check(),
    head: (key, signal) => storage.head(key, signal),
    open: (key, wish) => reader.open(key, wish),
    presign: (key) => storage.presign(key),
    close: () => {
      reader.close();
      return storage.close();
    },
  };
}

type Opened = Result<OpenObject>;

class CachedReader {
  hits = 0;
  misses = 0;
  readonly #storage: Storage;
  readonly #maxObjectBytes: number;
  readonly #contents: ContentCache;
  /** Reads that others may wait for; null is what they get when there is nothing to share. */
  readonly #reading = new Map<string, Promise<Content | null>>();

  constructor(storage: Storage, { maxObjectBytes, ...options }: CachedOptions) {
    this.#storage = storage;
    this.#maxObjectBytes = maxObjectBytes;
    this.#contents = new ContentCache(options);
  }

  get bytes(): number {
    return this.#contents.bytes;
  }

  close(): void {
    this.#contents.clear();
  }

  open(key: string, wish: OpenOptions = {}): Promise<Opened> {
    const { etag, range, signal } = wish;
    if (etag === undefined || range !== undefined || signal?.aborted) return this.#storage.open(key, wish);
    const name = JSON.stringify([key, etag]);
    const kept = this.#contents.get(name);
    if (kept) return Promise.resolve(this.#hit(kept));
    const reading = this.#reading.get(name);
    return reading ? this.#follow(reading, key, wish) : this.#lead(name, key, wish);
  }

  #hit(content: Content): Opened {
    this.hits += 1;
    return ok(fromMemory(content));
  }

  #miss(key: string, wish: OpenOptions): Promise<Opened> {
    this.misses += 1;
    return this.#storage.open(key, wish);
  }

  async #lead(name: string, key: string, wish: OpenOptions): Promise<Opened> {
    let share: (content: Content | null) => void = () => {};
    this.#reading.set(name, new Promise((resolve) => (share = resolve)));
    let read: Result<Content> | null = null;
    try {
      const opened = await this.#miss(key, wish);
      if (!opened.ok || opened.value.bytes > this.#maxObjectBytes) return opened;
      read = await this.#take(name, key, opened.value, wish.signal);
      if (!read) return opened;
      return read.ok ? ok(fromMemory(read.value)) : read;
    } finally {
      this.#reading.delete(name);
      share(read?.ok ? read.value : null);
    }
  }

  /** Reads an object into memory; null, and untouched, when there is no room. One that ends too early is not kept. */
  async #take(
    name: string,
    key: string,
    { body, ...info }: OpenObject,
    signal: AbortSignal | undefined,
  ): Promise<Result<Content> | null> {
    if (!this.#contents.reserve(info.bytes)) return null;
    let read: Result<Content>;
    try {
      read = ok({ ...info, content: await buffer(body) });
    } catch (error) {
      read = failed(carriedFailure(error) ?? brokeOff(key, signal));
    } finally {
      this.#contents.release(info.bytes);
    }
    if (read.ok && read.value.content.byteLength === info.bytes) this.#contents.put(name, read.value);
    return read;
  }

  async #follow(reading: Promise<Content | null>, key: string, wish: OpenOptions): Promise<Opened> {
    const shared = await unlessAborted(reading, wish.signal);
    if (wish.signal?.aborted) return failed(failure("stopped", "reading was stopped"));
    return shared ? this.#hit(shared) : this.#miss(key, wish);
  }
}

function fromMemory({ content, ...info }: Content): OpenObject {
  return { ...info, body: Readable.from([content], { objectMode: false }) };
}

function brokeOff(key: string, signal: AbortSignal | undefined) {
  return signal?.aborted
    ? failure("stopped", `reading ${key} was stopped`)
    : failure("r2_interrupted", `reading ${key} broke off`);
}
