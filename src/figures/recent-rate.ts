const WINDOW_MS = 60_000;
const SLOTS = 60;
const SLOT_MS = WINDOW_MS / SLOTS;

/** What was done in the last minute, by seconds, so that it costs the same whatever the pace. Moments in milliseconds of one clock. */
export class RecentRate {
  readonly #items = new Float64Array(SLOTS);
  readonly #bytes = new Float64Array(SLOTS);
  #startedAt: number;
  /** The second that is being filled, counted from 0 of the clock. */
  #slot: number;

  constructor(now: number) {
    this.#startedAt = now;
    this.#slot = Math.floor(now / SLOT_MS);
  }

  /** Rates of the first minute are taken over the time since then. */
  start(now: number): void {
    this.#startedAt = now;
  }

  add(now: number, bytes: number): void {
    this.#advance(now);
    const at = this.#slot % SLOTS;
    this.#items[at] = (this.#items[at] ?? 0) + 1;
    this.#bytes[at] = (this.#bytes[at] ?? 0) + bytes;
  }

  /** Items and bytes a minute. Over less than a second nothing can be said: 0. */
  perMinute(now: number): { items: number; bytes: number } {
    this.#advance(now);
    const covered = Math.min(now - this.#startedAt, WINDOW_MS - SLOT_MS + (now % SLOT_MS));
    if (covered < SLOT_MS) return { items: 0, bytes: 0 };
    const sum = (slots: Float64Array) => slots.reduce((total, value) => total + value, 0);
    return { items: (sum(this.#items) * 60_000) / covered, bytes: (sum(this.#bytes) * 60_000) / covered };
  }

  /** Empties the seconds that have passed without anything. */
  #advance(now: number): void {
    const slot = Math.floor(now / SLOT_MS);
    const steps = Math.min(SLOTS, slot - this.#slot);
    for (let step = 1; step <= steps; step++) {
      const at = (this.#slot + step) % SLOTS;
      this.#items[at] = 0;
      this.#bytes[at] = 0;
    }
    this.#slot = Math.max(slot, this.#slot);
  }
}
