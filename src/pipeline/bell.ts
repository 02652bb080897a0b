import type { Clock } from "../domain/clock.ts";

/** Lets one loop sleep until something changes. A ring while nobody sleeps is kept for the next sleep. */
export class Bell {
  #rung = false;
  #wake: () => void = () => {};

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Resolves at the next ring, after `ms` of the clock, or on abort. */
  async wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          cancel();
          signal.removeEventListener("abort", wake);
          this.#wake = () => {};
          resolve();
        };
        const cancel = clock.after(ms, wake);
        signal.addEventListener("abort", wake, { once: true });
        this.#wake = wake;
      });
    }
    this.#rung = false;
  }
}
