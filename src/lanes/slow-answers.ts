/** Answers that tell what is usual. */
const REMEMBERED = 64;
/** Before so many answers nobody knows how far usual ones lie apart. */
const ENOUGH = 4;
/** Until then an answer is slow when it takes this much longer than twice the usual time, in milliseconds. */
const AT_FIRST_MS = 1_500;
/** Later, when it is later than the middle one by three times what nine in ten stay within, and at least this. */
const SPREADS = 3;
const LEAST_MS = 250;
/** One slow answer is chance; two in a row are not, nor are five that are later than nine in ten are. */
const SLOW_IN_A_ROW = 2;
const LATE_IN_A_ROW = 5;

/** What an answer tells. Milliseconds. */
export interface Slowness {
  /** By how much it came later than usual; 0 for a usual one. */
  readonly heldMs: number;
  /** The server did that: it holds calls back. */
  readonly onPurpose: boolean;
}

/** Tells answers that were held back from usual ones, by how long the last ones took. */
export class SlowAnswers {
  readonly #last: number[] = [];
  #middleMs = 0;
  #blindMs = Number.POSITIVE_INFINITY;
  #slow = 0;
  #late = 0;

  /** What is held back by less than this is not noticed in one answer. */
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
