import type { Meter } from "./meter.ts";

const MINUTE_MS = 60_000;

/** At most `limit` messages in any 60 s: a message fits when the one `limit` messages before it is a minute old. */
export class SlidingMinuteMeter implements Meter {
  readonly most: number;
  readonly #booked: number[];
  #at = 0;

  constructor(limit: number) {
    this.most = limit;
    this.#booked = new Array<number>(limit).fill(Number.NEGATIVE_INFINITY);
  }

  next(now: number, cost: number): number {
    const oldest = (this.#at + Math.min(cost, this.most) - 1) % this.most;
    return Math.max(now, (this.#booked[oldest] ?? Number.NEGATIVE_INFINITY) + MINUTE_MS);
  }

  book(moment: number, cost: number): void {
    for (let index = 0; index < cost; index += 1) {
      this.#booked[this.#at] = moment + Math.floor(index / this.most) * MINUTE_MS;
      this.#at = (this.#at + 1) % this.most;
    }
  }
}
