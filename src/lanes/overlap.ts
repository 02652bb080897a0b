import { CallOrder } from "./call-order.ts";
import { MOST_AT_ONCE } from "./place.ts";
import type { PaceCall } from "./port.ts";
import { SlowAnswers } from "./slow-answers.ts";

/** Calls may take so much longer than usual before one has to wait for another. */
const SPARE = 1.25;

/** The calls of a lane beside each other: their order, and how many of them overlap, by how long they take, bodies included. */
export class Overlap {
  readonly #order = new CallOrder();
  readonly #lengths = new SlowAnswers();

  get underWay(): number {
    return this.#order.underWay;
  }

  started(slotAt: number, startedAt: number): void {
    this.#order.started(slotAt, startedAt);
  }

  /** The call of this slot was not made after all. */
  forget(slotAt: number): void {
    this.#order.forget(slotAt);
  }

  /** A call has ended; returns the calls that can be judged now, in the order in which they began. */
  ended(call: PaceCall): readonly PaceCall[] {
    return this.#order.ended(call);
  }

  /** Takes in a call that took `ms` and was not held back: that would show a limit of the server, not how long calls take. */
  took(ms: number): void {
    this.#lengths.take(ms);
  }

  /**
   * Calls that are under way at once when they begin every `gapMs`. One as long as one does: a server that holds calls back
   * then sets the rate of a lane that is too fast.
   */
  atOnce(gapMs: number): number {
    return Math.min(MOST_AT_ONCE, 1 + Math.floor((this.#lengths.usualMs * SPARE) / gapMs));
  }

  /** A call that takes longer than this is later than by chance. */
  get overdueMs(): number {
    return this.#lengths.usualMs + this.#lengths.blindMs;
  }
}
