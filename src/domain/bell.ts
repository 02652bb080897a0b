import { waitUnlessAborted } from "./abort.ts";
import type { Clock } from "./clock.ts";

/**
 * Lets one loop sleep until something happens. A ring while the loop is awake is kept for its next sleep; of several, only
 * the first. `Why` is what a ring says; nothing by default.
 */
export class Bell<Why = void> {
  #kept: { readonly why: Why } | null = null;
  #wake: () => void = () => {};

  /** Ends the sleep, or the next one. */
  ring(why: Why): void {
    this.#kept ??= { why };
    this.#wake();
  }

  /** Forgets a ring that was kept. */
  clear(): void {
    this.#kept = null;
  }

  /** Returns what the next ring says, or null after `ms` of the clock (Infinity: never) or on abort. */
  async wait(ms: number, clock: Clock, signal: AbortSignal): Promise<Why | null> {
    if (this.#kept === null) await waitUnlessAborted((done) => this.#sleep(ms, clock, done), signal);
    const rung = this.#kept;
    this.#kept = null;
    return rung ? rung.why : null;
  }

  #sleep(ms: number, clock: Clock, done: () => void): () => void {
    const cancel = ms === Number.POSITIVE_INFINITY ? () => {} : clock.after(ms, done);
    this.#wake = done;
    return () => {
      cancel();
      this.#wake = () => {};
    };
  }
}
