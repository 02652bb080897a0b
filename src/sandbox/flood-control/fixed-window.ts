import type { Meter } from "./meter.ts";

const WINDOW_MS = 60_000;

/** At most `limit` messages in each minute of the clock; windows begin at its multiples of 60 s. */
export class FixedWindow implements Meter {
  readonly #limit: number;
  #window = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  next(now: number): number {
    const current = Math.floor(now / WINDOW_MS);
    if (current > this.#window) return now;
    const window = this.#count < this.#limit ? this.#window : this.#window + 1;
    return Math.max(now, window * WINDOW_MS);
  }

  book(moment: number): void {
    const window = Math.floor(moment / WINDOW_MS);
    if (window > this.#window) {
      this.#window = window;
      this.#count = 0;
    }
    this.#count += 1;
  }
}
