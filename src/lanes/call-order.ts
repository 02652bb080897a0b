import type { PaceCall } from "./port.ts";

/** A call that takes longer than this is a large upload: nothing waits for it. */
export const LONG_CALL_MS = 10_000;

interface OpenCall {
  readonly slotAt: number;
  readonly startedAt: number;
  ended: PaceCall | null;
}

/**
 * Puts calls that ended back into the order in which they began, which is that in which a server counted them: of several under
 * way, a later one may be answered first.
 */
export class CallOrder {
  #open: readonly OpenCall[] = [];

  /** Calls that began and have not ended. */
  get underWay(): number {
    return this.#open.filter(({ ended }) => ended === null).length;
  }

  started(slotAt: number, startedAt: number): void {
    this.#open = [...this.#open, { slotAt, startedAt, ended: null }];
  }

  /** The call of this slot was not made after all: nothing waits for its end. */
  forget(slotAt: number): void {
    this.#open = this.#open.filter((each) => each.slotAt !== slotAt || each.ended !== null);
  }

  /** A call has ended; returns those of which all earlier ones have ended too, or take long. */
  ended(call: PaceCall): readonly PaceCall[] {
    const now = call.times.ended;
    const own = this.#open.find(({ slotAt }) => slotAt === call.slotAt);
    if (!own) return [call];
    own.ended = call;
    const awaited = this.#open.findIndex(
      (each) => each.ended === null && each.startedAt > now - LONG_CALL_MS,
    );
    const free = awaited < 0 ? this.#open : this.#open.slice(0, awaited);
    const told = free.flatMap(({ ended }) => ended ?? []);
    this.#open = this.#open.filter(({ ended }) => ended === null || !told.includes(ended));
    return told;
  }
}
