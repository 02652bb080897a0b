import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { unlessAborted } from "../domain/abort.ts";
import { carriedFailure, failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { ContentCache, type ContentCacheOptions, type ObjectContent } from "./content-cache.ts";
import type { OpenObject, OpenOptions, Storage } from "./port.ts";

/** Sizes and times of {@link cachedStorage}. */
export interface CachedOptions extends ContentCacheOptions {
  /** Larger objects are streamed and never kept in memory. */
  readonly maxObjectBytes: number;
}

/** A bucket with a cache in front of it. */
export interface CachedStorage extends Storage {
  /** Whole reads served from memory, those that went to the bucket, and the bytes in memory now. */
  readonly cache: { readonly hits: number; readonly misses: number; readonly bytes: number };
}

/**
 * Wraps a bucket so that a small object is read once for several bots that need it within `ttlMs`. Only whole reads by
 * ETag are served from memory: a read without an ETag, or a HEAD, asks for what is there now and is never cached. For one
 * key an ETag stands for its content, so an object that has been replaced meanwhile can still be read by its old one.
 * Reads of one object at the same time share one request; if the first is aborted or fails, the others read for
 * themselves. A shared object is read whole before anybody gets it, so a slow reader cannot delay another.
 */
export function cachedStorage(storage: Storage, options: CachedOptions): CachedStorage {
  const reader = new CachedReader(storage, options);
  return {
    cache: reader,
    list: (prefix, ahead) => storage.list(prefix, ahead),
    check: () => storage.check(),
    head: (key, signal) => storage.head(key, signal),
    open: (key, request) => reader.open(key, request),
    presign: (key) => storage.presign(key),
    close: () => {
      reader.close();
      return storage.close();
    },
  };
}

type OpenResult = Result<OpenObject>;

class CachedReader {
  hits = 0;
  misses = 0;
  readonly #storage: Storage;
  readonly #maxObjectBytes: number;
  readonly #contents: ContentCache;
  /** Reads that others may wait for; they resolve with null when there is nothing to share. */
  readonly #reading = new Map<string, Promise<ObjectContent | null>>();

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

  open(key: string, request: OpenOptions = {}): Promise<OpenResult> {
    const { etag, range, signal } = request;
    if (!etag || range !== undefined || signal?.aborted) return this.#storage.open(key, request);
    const name = JSON.stringify([key, etag]);
    const kept = this.#contents.get(name);
    if (kept) return Promise.resolve(this.#hit(kept));
    const reading = this.#reading.get(name);
    return reading ? this.#follow(reading, key, request) : this.#lead(name, key, request);
  }

  #hit(content: ObjectContent): OpenResult {
    this.hits += 1;
    return ok(fromMemory(content));
  }

  #miss(key: string, request: OpenOptions): Promise<OpenResult> {
    this.misses += 1;
    return this.#storage.open(key, request);
  }

  async #lead(name: string, key: string, request: OpenOptions): Promise<OpenResult> {
    let share: (content: ObjectContent | null) => void = () => {};
    this.#reading.set(name, new Promise((resolve) => (share = resolve)));
    let read: Result<ObjectContent> | null = null;
    try {
      const opened = await this.#miss(key, request);
      if (!opened.ok || opened.value.bytes > this.#maxObjectBytes) return opened;
      read = await this.#take(name, key, opened.value, request.signal);
      if (!read) return opened;
      return read.ok ? ok(fromMemory(read.value)) : read;
    } finally {
      this.#reading.delete(name);
      share(read?.ok ? read.value : null);
    }
  }

  /** Reads an object into memory. Returns null without reading when there is no room; one that ends too early is not kept. */
  async #take(
    name: string,
    key: string,
    { body, ...info }: OpenObject,
    signal: AbortSignal | undefined,
  ): Promise<Result<ObjectContent> | null> {
    if (!this.#contents.reserve(info.bytes)) return null;
    let read: Result<ObjectContent>;
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

  async #follow(
    reading: Promise<ObjectContent | null>,
    key: string,
    request: OpenOptions,
  ): Promise<OpenResult> {
    const shared = await unlessAborted(reading, request.signal);
    if (request.signal?.aborted) return failed(failure("stopped", "reading was stopped"));
    return shared ? this.#hit(shared) : this.#miss(key, request);
  }
}

function fromMemory({ content, ...info }: ObjectContent): OpenObject {
  return { ...info, body: Readable.from([content], { objectMode: false }) };
}

function brokeOff(key: string, signal: AbortSignal | undefined) {
  return signal?.aborted
    ? failure("stopped", `reading ${key} was stopped`)
    : failure("r2_interrupted", `reading ${key} broke off`);
}
