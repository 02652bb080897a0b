import type { Meter } from "./meter.ts";

/** At most `limit` messages in any 60 s: a message fits when the one `limit` messages before it is a minute old. */
export class SlidingMinuteMeter implements Meter {
  readonly #booked: number[];
  #at = 0;

  constructor(limit: number) {
    this.#booked = new Array<number>(limit).fill(Number.NEGATIVE_INFINITY);
  }

  next(now: number): number {
    const oldest = this.#booked[this.#at] ?? Number.NEGATIVE_INFINITY;
    return Math.max(now, oldest + 60_000);
  }

  book(moment: number): void {
    this.#booked[this.#at] = moment;
    this.#at = (this.#at + 1) % this.#booked.length;
  }
}
