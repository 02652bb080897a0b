import { waitUnlessAborted } from "../domain/abort.ts";
import type { LookBoard } from "../looks/port.ts";

/** Takes away what looks of a dead worker left in chats, and lets looks that are under way end before the worker does. */
export class LookWatch {
  readonly #looks: LookBoard;
  readonly #draining: AbortSignal;

  constructor(looks: LookBoard, draining: AbortSignal) {
    this.#looks = looks;
    this.#draining = draining;
  }

  /** Resolves when the worker has drained. Throws LedgerError. */
  async run(): Promise<void> {
    await this.#looks.clear();
    await waitUnlessAborted(() => () => {}, this.#draining);
    await this.#looks.idle();
  }

  /** What could not be taken away is left to the next worker. */
  again(): void {}
}
