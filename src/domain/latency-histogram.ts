import { createHistogram } from "node:perf_hooks";

/** Longer times are counted as this long: an HDR histogram drops what is above its range. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * Latencies in milliseconds, in memory that does not grow with their number. Node's HDR histogram counts whole numbers from 1
 * and, while empty, returns numbers that mean nothing; here times are rounded, 0 is a time, and an empty one returns null.
 */
export class LatencyHistogram {
  readonly #histogram;

  /** `figures`: significant decimal digits of a percentile, 1 to 5; one more costs about ten times the memory. */
  constructor(figures: number) {
    this.#histogram = createHistogram({ lowest: 1, highest: LONGEST_MS, figures });
  }

  /** How many times were recorded since the last reset. */
  get count(): number {
    return this.#histogram.count;
  }

  /** Counts one time; below 0 counts as 0, above 24 hours as 24 hours. Throws RangeError on NaN. */
  record(ms: number): void {
    this.#histogram.record(Math.min(LONGEST_MS, Math.max(0, Math.round(ms)) + 1));
  }

  /** Milliseconds that `percent` (above 0, to 100) of the recorded times do not exceed; null when there are none. */
  percentile(percent: number): number | null {
    return this.count === 0 ? null : this.#histogram.percentile(percent) - 1;
  }

  /** Forgets all times. */
  reset(): void {
    this.#histogram.reset();
  }
}
