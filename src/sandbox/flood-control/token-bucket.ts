import type { Meter } from "./meter.ts";

/**
 * A bucket of `burst` tokens that refills at `ratePerMinute`, kept as one number (the generic cell rate algorithm):
 * the moment at which the bucket would be full again.
 */
export class TokenBucket implements Meter {
  readonly #intervalMs: number;
  readonly #toleranceMs: number;
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(ratePerMinute: number, burst: number) {
    this.#intervalMs = 60_000 / ratePerMinute;
    this.#toleranceMs = (burst - 1) * this.#intervalMs;
  }

  next(now: number): number {
    return Math.max(now, this.#fullAt - this.#toleranceMs);
  }

  book(moment: number): void {
    this.#fullAt = Math.max(this.#fullAt, moment) + this.#intervalMs;
  }
}
