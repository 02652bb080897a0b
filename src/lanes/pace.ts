import type { CallTimes } from "../telegram/port.ts";

/**
 * When calls of one lane may start. Moments and durations on the engine's clock, in milliseconds. Slots are given out in
 * order; a slot that is not used is given back.
 */
export interface Pace {
  /** Calls a minute that it aims at now. */
  readonly perMinute: number;
  /** How many calls may be under way or about to start at once. */
  readonly atOnce: number;
  /** The moment that the next {@link take} would answer. */
  next(now: number): number;
  /** Takes the next slot. */
  take(now: number): number;
  giveBack(slot: number): void;
  /** The call of a slot really began at `at`. */
  started(slot: number, at: number): void;
  ended(call: PaceCall): void;
}

/** How a call ended, as far as it tells about the pace. */
export interface PaceCall {
  readonly times: CallTimes;
  /** Milliseconds for which the server asked to wait; null when it did not. */
  readonly floodMs: number | null;
  /** It posted. */
  readonly sent: boolean;
}

/**
 * Share of the documented rate that is used: what is left covers the wobble of timers and downloads, so that twenty
 * calls never fall into a window of a minute that allows nineteen more.
 */
const USED_SHARE = 0.99;

/** How much later than its slot a call may start without moving the slots behind it. */
const WOBBLE_MS = 300;

/** A few calls may overlap, as a large upload takes longer than a slot; grammY's docs warn of more than about three. */
const AT_ONCE = 3;

/** Slots at an even distance: `documented` paces and `N/min`. */
export class FixedPace implements Pace {
  readonly perMinute: number;
  readonly atOnce: number;
  readonly #interval: number;
  #next = Number.NEGATIVE_INFINITY;

  constructor(perMinute: number, atOnce = AT_ONCE) {
    this.perMinute = perMinute;
    this.atOnce = atOnce;
    this.#interval = 60_000 / (perMinute * USED_SHARE);
  }

  next(now: number): number {
    return Math.max(now, this.#next);
  }

  take(now: number): number {
    const slot = this.next(now);
    this.#next = slot + this.#interval;
    return slot;
  }

  giveBack(slot: number): void {
    if (this.#next === slot + this.#interval) this.#next = slot;
  }

  started(slot: number, at: number): void {
    const late = at - slot - Math.min(WOBBLE_MS, this.#interval / 10);
    if (late > 0) this.#next += late;
  }

  ended(): void {}
}
