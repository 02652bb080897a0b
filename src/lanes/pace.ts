import { CallsInMinute } from "./calls-in-minute.ts";
import type { Pace, PaceCall } from "./port.ts";

/** Share of the documented rate that is used. The rest covers the jitter of timers, downloads and the network. */
const USED_SHARE = 0.99;

/** Milliseconds by which a call may start late without moving the slots behind it. */
const WOBBLE_MS = 300;

/** A few calls may overlap, as a large upload takes longer than a slot; grammY's docs warn of more than about three. */
const AT_ONCE = 3;

/** Slots at an even distance: `documented` paces and `N/min`. No minute gets more calls than are allowed, however late some leave. */
export class FixedPace implements Pace {
  readonly perMinute: number;
  readonly atOnce: number;
  readonly overdueMs = Number.POSITIVE_INFINITY;
  /** Milliseconds between two slots. */
  readonly gapMs: number;
  #next = Number.NEGATIVE_INFINITY;
  /** The slot that was the last one given out when its call began, and the next one from then on. */
  #lastStarted: { readonly slotAt: number; readonly next: number } | null = null;
  /** Slots that were given out, and the place in that order of each whose call has not begun. */
  #given = 0;
  readonly #waiting = new Map<number, number>();
  readonly #minute: CallsInMinute;

  constructor(perMinute: number, atOnce = AT_ONCE) {
    this.perMinute = perMinute;
    this.atOnce = atOnce;
    this.gapMs = 60_000 / (perMinute * USED_SHARE);
    this.#minute = new CallsInMinute(perMinute);
  }

  next(now: number): number {
    return Math.max(this.#minute.roomAt(now), this.#next);
  }

  take(now: number): number {
    const slotAt = this.next(now);
    this.#next = slotAt + this.gapMs;
    this.#given += 1;
    this.#waiting.set(slotAt, this.#given);
    this.#minute.taken(slotAt);
    return slotAt;
  }

  giveBack(slotAt: number): void {
    this.#waiting.delete(slotAt);
    this.#minute.givenBack(slotAt);
    if (this.#isLast(slotAt)) this.#next = slotAt;
  }

  /** A late call moves what follows it once, however many of those that were given out beside it are as late. */
  started(slotAt: number, at: number): void {
    const place = this.#waiting.get(slotAt) ?? this.#given;
    this.#waiting.delete(slotAt);
    const slots = this.#given - place + 1;
    const wobble = Math.min(WOBBLE_MS, this.gapMs / 10);
    const isLast = this.#isLast(slotAt);
    this.#next = Math.max(this.#next, at - wobble + slots * this.gapMs);
    if (isLast) this.#lastStarted = { slotAt, next: this.#next };
  }

  left(slotAt: number, at: number): void {
    this.#waiting.delete(slotAt);
    this.#minute.left(slotAt, at);
  }

  #isLast(slotAt: number): boolean {
    const started = this.#lastStarted;
    return this.#next === (started?.slotAt === slotAt ? started.next : slotAt + this.gapMs);
  }

  ended(call: PaceCall): void {
    this.#minute.answered(call);
  }

  memory(): null {
    return null;
  }
}
