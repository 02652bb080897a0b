import pLimit, { type LimitFunction } from "p-limit";

/** The places in which work runs at the same time. A place that falls free is told at once: no batch, no tick. */
export class Pool {
  readonly concurrency: number;
  readonly #limit: LimitFunction;
  #active = 0;
  #onFree: () => void = () => {};
  #onIdle: (() => void)[] = [];

  /** Throws TypeError unless `concurrency` is a whole number from 1. */
  constructor(concurrency: number) {
    this.concurrency = concurrency;
    this.#limit = pLimit(concurrency);
  }

  /** Places taken, work that waits for one included. */
  get active(): number {
    return this.#active;
  }

  /** Places that are free now. */
  get free(): number {
    return Math.max(0, this.concurrency - this.#active);
  }

  /** Sets who is told each time a place has fallen free; it may call {@link Pool.run} right there. */
  onFree(listener: () => void): void {
    this.#onFree = listener;
  }

  /** Runs `work` in a place, or later when all are taken. Answers as `work` does; if that throws, the place is free all the same. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#active++;
    return this.#limit(async () => {
      try {
        return await work();
      } finally {
        this.#leave();
      }
    });
  }

  /** Resolves when no place is taken, however the work in them ended. */
  idle(): Promise<void> {
    if (this.#active === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #leave(): void {
    this.#active--;
    this.#onFree();
    if (this.#active > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
