import { CallsInMinute, MINUTE_MS } from "./calls-in-minute.ts";
import type { Pace, PaceCall } from "./port.ts";

/** What a lane did before it had this pace. Moments on the engine's clock. */
export interface LanePast {
  /** When each call of the last minute began, the oldest first. */
  readonly calls: readonly number[];
  /** No call before this moment. */
  readonly nextAt: number;
}

/**
 * A pace that goes on where another owner of the lane ended: no minute gets more calls than are allowed, those of both together, and the
 * first one keeps its distance.
 */
export class InheritedPace implements Pace {
  readonly #pace: Pace;
  readonly #minute: CallsInMinute;
  readonly #nextAt: number;
  /** From then on no call of an owner before this one is in the last minute. */
  readonly #until: number;

  constructor(pace: Pace, { calls, nextAt }: LanePast, mostInMinute: number) {
    this.#pace = pace;
    this.#minute = new CallsInMinute(mostInMinute, calls);
    const last = calls.at(-1);
    const apartFrom = last === undefined ? nextAt : last + MINUTE_MS / pace.perMinute;
    this.#nextAt = Math.max(nextAt, apartFrom);
    this.#until = last === undefined ? Number.NEGATIVE_INFINITY : last + MINUTE_MS;
  }

  get perMinute(): number {
    return this.#pace.perMinute;
  }

  get atOnce(): number {
    return this.#pace.atOnce;
  }

  get overdueMs(): number {
    return this.#pace.overdueMs;
  }

  next(now: number): number {
    return this.#pace.next(Math.max(this.#nextAt, this.#roomAt(now)));
  }

  take(now: number): number {
    const slotAt = this.#pace.take(Math.max(this.#nextAt, this.#roomAt(now)));
    this.#minute.taken(slotAt);
    return slotAt;
  }

  giveBack(slotAt: number): void {
    this.#minute.givenBack(slotAt);
    this.#pace.giveBack(slotAt);
  }

  started(slotAt: number, at: number): void {
    this.#pace.started(slotAt, at);
  }

  left(slotAt: number, at: number): void {
    this.#minute.left(slotAt, at);
    this.#pace.left?.(slotAt, at);
  }

  ended(call: PaceCall): void {
    this.#minute.answered(call);
    this.#pace.ended(call);
  }

  memory(): number | null {
    return this.#pace.memory();
  }

  found(now: number): string | null {
    return this.#pace.found?.(now) ?? null;
  }

  /** While a call of an owner before is in the last minute, those of both count together. */
  #roomAt(now: number): number {
    return now >= this.#until ? now : this.#minute.roomAt(now);
  }
}
