import type { Clock } from "../../domain/clock.ts";

/** "A few days" (tdlib/telegram-bot-api#782), on the sandbox's clock. */
const KEPT_MS = 3 * 24 * 3_600_000;
/** How many URLs are remembered; the oldest are dropped. */
const ENTRIES = 10_000;

interface CachedUrl<T> {
  readonly value: Promise<T>;
  readonly at: number;
}

/** Remembers the outcome of each URL, failures included; simultaneous calls for one URL share one fetch. */
export class UrlCache<T> {
  readonly #clock: Clock;
  readonly #entries = new Map<string, CachedUrl<T>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const now = this.#clock.now();
    const known = this.#entries.get(key);
    if (known && now - known.at < KEPT_MS) return known.value;
    const value = make();
    this.#entries.delete(key);
    this.#entries.set(key, { value, at: now });
    if (this.#entries.size > ENTRIES) this.#dropOldest();
    return value;
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
