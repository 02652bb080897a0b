/** Thrown where a probe may post no more: it was stopped, or has posted as many messages as it said. */
export class ProbeHalted extends Error {
  readonly why: "stopped" | "budget";

  constructor(why: "stopped" | "budget") {
    super(`the probe is halted: ${why}`);
    this.why = why;
  }
}

/** How many messages a probe may still post. One whose answer was lost counts, one that was refused does not. */
export class MessageBudget {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  get left(): number {
    return this.#left;
  }

  /** Takes one. Throws ProbeHalted where none is left. */
  take(): void {
    if (this.#left <= 0) throw new ProbeHalted("budget");
    this.#left -= 1;
  }

  /** Nothing was posted. */
  giveBack(): void {
    this.#left += 1;
  }
}
