import type { Clock } from "../domain/clock.ts";

/** Lets one loop sleep until something changes. A ring while nobody sleeps is kept for the next sleep. */
export class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, after `ms` of the clock, or on abort. */
  async wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const over = new AbortController();
      this.#wake = () => over.abort();
      await clock.sleep(ms, AbortSignal.any([over.signal, signal]));
      this.#wake = null;
    }
    this.#rung = false;
  }
}
