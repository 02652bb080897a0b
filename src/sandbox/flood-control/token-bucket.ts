import type { Meter } from "./meter.ts";

/**
 * A bucket of `burst` tokens that refills at `ratePerMinute`, kept as one number (the generic cell rate algorithm):
 * the moment at which the bucket would be full again.
 */
export class TokenBucket implements Meter {
  readonly most: number;
  readonly #intervalMs: number;
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(ratePerMinute: number, burst: number) {
    this.most = burst;
    this.#intervalMs = 60_000 / ratePerMinute;
  }

  next(now: number, cost: number): number {
    return Math.max(now, this.#fullAt - Math.max(0, this.most - cost) * this.#intervalMs);
  }

  book(moment: number, cost: number): void {
    this.#fullAt = Math.max(this.#fullAt, moment) + cost * this.#intervalMs;
  }
}
