import type { Pace } from "./port.ts";

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
