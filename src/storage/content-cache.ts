import type { ByteBudget } from "../domain/byte-budget.ts";
import type { Clock } from "../domain/clock.ts";
import type { ObjectInfo } from "./port.ts";

/** A whole object in memory. */
export interface ObjectContent extends ObjectInfo {
  readonly content: Buffer;
}

/** Bounds of a {@link ContentCache}. */
export interface ContentCacheOptions {
  readonly clock: Clock;
  /** Milliseconds of the clock from the read on; using an entry does not extend it. */
  readonly ttlMs: number;
  /** Shared with what is read ahead, to which the cache gives way. */
  readonly budget: ByteBudget;
}

interface CachedContent {
  readonly value: ObjectContent;
  readonly until: number;
}

/**
 * Objects in memory, by name. Together with what is being read for it, it never exceeds its budget: the oldest are dropped
 * first, which are also the first to expire. A timer drops expired objects, so an idle process keeps nothing in memory.
 */
export class ContentCache {
  readonly #options: ContentCacheOptions;
  readonly #kept = new Map<string, CachedContent>();
  #keptBytes = 0;
  #reservedBytes = 0;
  #cancel: (() => void) | null = null;

  constructor(options: ContentCacheOptions) {
    this.#options = options;
    options.budget.keptBy({ bytes: () => this.#keptBytes, giveUp: (bytes) => this.#giveUp(bytes) });
  }

  /** Bytes stored and reserved now. */
  get bytes(): number {
    return this.#keptBytes + this.#reservedBytes;
  }

  get(name: string): ObjectContent | null {
    this.#dropExpired();
    return this.#kept.get(name)?.value ?? null;
  }

  /** Makes room for an object that is about to be read; false when it cannot fit. Each true needs one {@link release}. */
  reserve(bytes: number): boolean {
    if (!this.#options.budget.reserve(bytes)) return false;
    this.#reservedBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#reservedBytes -= bytes;
    this.#options.budget.release(bytes);
  }

  /** Stores an object in the room that was just released for it. */
  put(name: string, value: ObjectContent): void {
    const { budget, clock, ttlMs } = this.#options;
    this.#drop(name);
    if (!budget.reserve(value.content.byteLength)) return;
    this.#kept.set(name, { value, until: clock.now() + ttlMs });
    this.#keptBytes += value.content.byteLength;
    this.#arm();
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#giveUp(Number.POSITIVE_INFINITY);
  }

  /** Drops the oldest until so many bytes are free. */
  #giveUp(bytes: number): void {
    const least = this.#keptBytes - bytes;
    for (const name of this.#kept.keys()) {
      if (this.#keptBytes <= least) return;
      this.#drop(name);
    }
  }

  #drop(name: string): void {
    const bytes = this.#kept.get(name)?.value.content.byteLength ?? 0;
    this.#kept.delete(name);
    this.#keptBytes -= bytes;
    this.#options.budget.release(bytes);
  }

  #dropExpired(): void {
    const now = this.#options.clock.now();
    for (const [name, { until }] of this.#kept) {
      if (until > now) return;
      this.#drop(name);
    }
  }

  /** Sets the one timer, for the oldest object. */
  #arm(): void {
    const [oldest] = this.#kept.values();
    if (!oldest || this.#cancel) return;
    const { clock } = this.#options;
    this.#cancel = clock.after(Math.max(0, oldest.until - clock.now()), () => {
      this.#cancel = null;
      this.#dropExpired();
      this.#arm();
    });
  }
}
