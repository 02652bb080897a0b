import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";

export interface AskingPaceOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  /** Milliseconds of the engine's clock between two questions while there is something to do. */
  readonly intervalMs: number;
  /** The same at most, after a long time without anything to do. */
  readonly longestMs: number;
}

/** A pause is this part of the time for which there was nothing to do: what comes then is found that much late at most. */
const PART = 1 / 3;

/** How often somebody is asked for work who had none: less and less often, until there is some. */
export class AskingPace {
  readonly #options: AskingPaceOptions;
  #busyAt: number;

  constructor(options: AskingPaceOptions) {
    this.#options = options;
    this.#busyAt = options.clock.now();
    options.events.on("item", () => this.busy());
  }

  /** There is something to do. */
  busy(): void {
    this.#busyAt = this.#options.clock.now();
  }

  /** Milliseconds of the engine's clock until the next question. */
  pause(): number {
    const { clock, intervalMs, longestMs } = this.#options;
    const idleMs = clock.now() - this.#busyAt;
    return Math.max(intervalMs, Math.min(longestMs, idleMs * PART));
  }
}
