import type { Clock } from "../domain/clock.ts";
import type { ObjectInfo } from "./port.ts";

/** An object as it was read, whole. */
export interface Content extends ObjectInfo {
  readonly content: Buffer;
}

export interface ContentCacheOptions {
  readonly clock: Clock;
  /** Milliseconds of the clock from the read on; using an entry does not prolong it. */
  readonly ttlMs: number;
  readonly maxBytes: number;
}

interface Kept {
  readonly value: Content;
  readonly until: number;
}

/**
 * Objects in memory, by name. What is kept and what is being read for it never exceed `maxBytes` together: the oldest go
 * first, which are also those that expire first. Expired ones go by themselves, so an idle process holds nothing.
 */
export class ContentCache {
  readonly #options: ContentCacheOptions;
  readonly #kept = new Map<string, Kept>();
  #keptBytes = 0;
  #reservedBytes = 0;
  #cancel: (() => void) | null = null;

  constructor(options: ContentCacheOptions) {
    this.#options = options;
  }

  /** Bytes kept and reserved now. */
  get bytes(): number {
    return this.#keptBytes + this.#reservedBytes;
  }

  get(name: string): Content | null {
    this.#dropExpired();
    return this.#kept.get(name)?.value ?? null;
  }

  /** Makes room for an object that is about to be read; false when there cannot be any. Each true needs one `release`. */
  reserve(bytes: number): boolean {
    if (this.#reservedBytes + bytes > this.#options.maxBytes) return false;
    for (const name of this.#kept.keys()) {
      if (this.bytes + bytes <= this.#options.maxBytes) break;
      this.#drop(name);
    }
    this.#reservedBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#reservedBytes -= bytes;
  }

  /** Keeps an object in the room that was just released for it. */
  put(name: string, value: Content): void {
    this.#drop(name);
    this.#kept.set(name, { value, until: this.#options.clock.now() + this.#options.ttlMs });
    this.#keptBytes += value.content.byteLength;
    this.#arm();
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  #drop(name: string): void {
    this.#keptBytes -= this.#kept.get(name)?.value.content.byteLength ?? 0;
    this.#kept.delete(name);
  }

  #dropExpired(): void {
    const now = this.#options.clock.now();
    for (const [name, { until }] of this.#kept) {
      if (until > now) return;
      this.#drop(name);
    }
  }

  /** One timer, for the oldest. */
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
