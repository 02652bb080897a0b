import type { Stop } from "../pipeline/stop.ts";
import type { TakeOver } from "../pipeline/take-over.ts";
import type { Breaker } from "./breaker.ts";

export interface ReportWatchOptions {
  readonly stop: Stop;
  readonly breaker: Breaker;
  readonly takeOver: TakeOver;
  /** Resolves when it is time for another look. */
  readonly next: (signal: AbortSignal) => Promise<unknown>;
}

/** Ids that Telegram is asked for at a time, so that the posts of a lane get their turns in between. */
const ASKS = 5;

/** Takes over what bots report while the worker works, unless R2 or Telegram is away. */
export class ReportWatch {
  readonly #options: ReportWatchOptions;

  constructor(options: ReportWatchOptions) {
    this.#options = options;
  }

  /** Resolves when the worker drains. Throws LedgerError. */
  async run(): Promise<void> {
    const { stop, breaker, takeOver, next } = this.#options;
    const { draining } = stop;
    try {
      while (!draining.aborted) {
        if (!breaker.isOpen) await takeOver.run(ASKS);
        await next(draining);
      }
    } finally {
      await takeOver.close();
    }
  }

  /** What could not be checked comes by itself. */
  again(): void {}
}
