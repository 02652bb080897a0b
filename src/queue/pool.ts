import pLimit, { type LimitFunction } from "p-limit";

/** Runs at most `concurrency` pieces of work at the same time, and reports at once when one ends: no batches, no ticks. */
export class Pool {
  readonly concurrency: number;
  readonly #limit: LimitFunction;
  /** Pieces of work that run, or wait to run. */
  #asked = 0;
  #onFree: () => void = () => {};
  #onIdle: (() => void)[] = [];

  /** Throws TypeError unless `concurrency` is a whole number from 1. */
  constructor(concurrency: number) {
    this.concurrency = concurrency;
    this.#limit = pLimit(concurrency);
  }

  /** Pieces of work that run. */
  get active(): number {
    return Math.min(this.#asked, this.concurrency);
  }

  /** How many more could run now. */
  get free(): number {
    return Math.max(0, this.concurrency - this.#asked);
  }

  /** Sets the function that is called each time a piece of work has ended; it may call {@link Pool.run} itself. */
  onFree(listener: () => void): void {
    this.#onFree = listener;
  }

  /** Runs `work` now, or later when `concurrency` others run. Resolves or rejects as `work` does. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#asked++;
    return this.#limit(async () => {
      try {
        return await work();
      } finally {
        this.#leave();
      }
    });
  }

  /** Resolves when nothing runs or waits, however the work ended. */
  idle(): Promise<void> {
    if (this.#asked === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #leave(): void {
    this.#asked--;
    this.#onFree();
    if (this.#asked > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
