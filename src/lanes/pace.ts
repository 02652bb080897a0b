import type { Pace } from "./port.ts";

/**
 * Share of the documented rate that is used. The rest covers the jitter of timers and downloads, so that no window of
 * a minute ever gets more calls than are allowed.
 */
const USED_SHARE = 0.99;

/** Milliseconds by which a call may start late without moving the slots behind it. */
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
    const slotAt = this.next(now);
    this.#next = slotAt + this.#interval;
    return slotAt;
  }

  giveBack(slotAt: number): void {
    if (this.#next === slotAt + this.#interval) this.#next = slotAt;
  }

  started(slotAt: number, at: number): void {
    const late = at - slotAt - Math.min(WOBBLE_MS, this.#interval / 10);
    if (late > 0) this.#next += late;
  }

  ended(): void {}

  memory(): null {
    return null;
  }
}
