/** Number of answers that define what is usual. */
const REMEMBERED = 64;
/** Number of answers before which the usual spread is unknown. */
const ENOUGH = 4;
/**
 * Until then an answer is slow when it is later than the median by more than the median plus this, in milliseconds.
 */
const AT_FIRST_MS = 1_500;
/**
 * Afterwards, when it is later than the median by three times the 90th percentile's distance from it, and by at least
 * this.
 */
const SPREADS = 3;
const LEAST_MS = 250;
/** One slow answer is chance; two in a row are not, nor are five in a row beyond the 90th percentile. */
const SLOW_IN_A_ROW = 2;
const LATE_IN_A_ROW = 5;

/** What the time of an answer reveals, in milliseconds. */
export interface Slowness {
  /** How much later than usual it came; 0 for a usual one. */
  readonly heldMs: number;
  /** The server is holding calls back. */
  readonly onPurpose: boolean;
}

/** What the time of a call reveals that is no send. */
export const UNTIMED: Slowness = { heldMs: 0, onPurpose: false };

/** Tells answers that were held back from usual ones, by the times of the last ones. */
export class SlowAnswers {
  readonly #last: number[] = [];
  #middleMs = 0;
  #blindMs = Number.POSITIVE_INFINITY;
  #slow = 0;
  #late = 0;

  /** What half of the answers take at most; 0 before enough are known. */
  get usualMs(): number {
    return this.#last.length < ENOUGH ? 0 : this.#middleMs;
  }

  /** A delay shorter than this goes unnoticed in a single answer. */
  get blindMs(): number {
    return this.#blindMs;
  }

  /** Takes in an answer that took `ms`. */
  take(ms: number): Slowness {
    const late = ms - this.#middleMs;
    this.#slow = late > this.#blindMs ? this.#slow + 1 : 0;
    this.#late = late > this.#blindMs / SPREADS ? this.#late + 1 : 0;
    const onPurpose = this.#slow >= SLOW_IN_A_ROW || this.#late >= LATE_IN_A_ROW;
    this.#learn(ms);
    return { heldMs: this.#slow > 0 || onPurpose ? late : 0, onPurpose };
  }

  #learn(ms: number): void {
    this.#last.push(ms);
    if (this.#last.length > REMEMBERED) this.#last.shift();
    const sorted = [...this.#last].sort((a, b) => a - b);
    this.#middleMs = sorted[sorted.length >> 1] ?? 0;
    const nineInTen = (sorted[Math.floor(sorted.length * 0.9)] ?? 0) - this.#middleMs;
    this.#blindMs =
      sorted.length < ENOUGH ? this.#middleMs + AT_FIRST_MS : Math.max(LEAST_MS, nineInTen * SPREADS);
  }
}
