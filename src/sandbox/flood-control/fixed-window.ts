import type { Meter } from "./meter.ts";

const WINDOW_MS = 60_000;

/**
 * At most `most` messages in each minute of the clock: in one that begins at a multiple of 60 s, or, where they are not aligned, with
 * the first message after the minute before has ended (a bucket that is filled again whole).
 */
export class FixedWindow implements Meter {
  readonly most: number;
  readonly #isAligned: boolean;
  #from = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(limit: number, isAligned = true) {
    this.most = limit;
    this.#isAligned = isAligned;
  }

  next(now: number, cost: number): number {
    if (now >= this.#from + WINDOW_MS) return now;
    const fits = this.#count === 0 || this.#count + cost <= this.most;
    return Math.max(now, fits ? this.#from : this.#from + WINDOW_MS);
  }

  book(moment: number, cost: number): void {
    if (moment >= this.#from + WINDOW_MS) {
      this.#from = this.#isAligned ? Math.floor(moment / WINDOW_MS) * WINDOW_MS : moment;
      this.#count = 0;
    }
    const minutes = Math.ceil((this.#count + cost) / this.most) - 1;
    this.#from += minutes * WINDOW_MS;
    this.#count += cost - minutes * this.most;
  }
}
