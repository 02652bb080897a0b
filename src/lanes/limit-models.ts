const MINUTE_MS = 60_000;

/**
 * A limit that a server may enforce, in whole calls a minute, counted in one of three ways, and what the server would
 * then do.
 */
export interface LimitModel {
  readonly kind: "bucket" | "sliding minute" | "clock minute";
  /** Calls a minute. */
  readonly limit: number;
  /** When it would be ready for a call that comes at `at`: `at` itself, or later. Changes nothing. */
  readyFor(at: number): number;
  /** A call was let through. */
  book(moment: number): void;
}

/** A bucket of `burst` calls that refills evenly; full, or with one call in it at `readyAt`. */
export class Bucket implements LimitModel {
  readonly kind = "bucket";
  readonly limit: number;
  readonly #intervalMs: number;
  readonly #aheadMs: number;
  #fullAt: number;

  constructor(limit: number, burst: number, readyAt = Number.NEGATIVE_INFINITY) {
    this.limit = limit;
    this.#intervalMs = MINUTE_MS / limit;
    this.#aheadMs = (burst - 1) * this.#intervalMs;
    this.#fullAt = readyAt + this.#aheadMs;
  }

  readyFor(at: number): number {
    return Math.max(at, this.#fullAt - this.#aheadMs);
  }

  book(moment: number): void {
    this.#fullAt = Math.max(this.#fullAt, moment) + this.#intervalMs;
  }
}

/** At most `limit` calls in any minute. */
export class SlidingMinute implements LimitModel {
  readonly kind = "sliding minute";
  readonly limit: number;
  readonly #passed: number[];

  constructor(limit: number, passed: readonly number[]) {
    this.limit = limit;
    this.#passed = passed.slice(-limit);
  }

  readyFor(at: number): number {
    return Math.max(at, (this.#passed.at(-this.limit) ?? Number.NEGATIVE_INFINITY) + MINUTE_MS);
  }

  book(moment: number): void {
    this.#passed.push(moment);
    if (this.#passed.length > this.limit) this.#passed.shift();
  }
}

/** At most `limit` calls in each minute of a clock whose minutes begin at `phase` and every 60 s from there. */
export class ClockMinute implements LimitModel {
  readonly kind = "clock minute";
  readonly limit: number;
  readonly #phase: number;
  #minute = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(limit: number, phase: number, passed: readonly number[]) {
    this.limit = limit;
    this.#phase = phase;
    for (const moment of passed) this.book(moment);
  }

  readyFor(at: number): number {
    if (this.#minuteOf(at) > this.#minute || this.#count < this.limit) return at;
    return (this.#minute + 1) * MINUTE_MS + this.#phase;
  }

  book(moment: number): void {
    const minute = this.#minuteOf(moment);
    this.#count = minute > this.#minute ? 1 : this.#count + 1;
    this.#minute = Math.max(minute, this.#minute);
  }

  #minuteOf(moment: number): number {
    return Math.floor((moment - this.#phase) / MINUTE_MS);
  }
}
