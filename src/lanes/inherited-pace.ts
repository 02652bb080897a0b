import type { Pace, PaceCall } from "./port.ts";

const MINUTE_MS = 60_000;
/** Slack added to a minute, in milliseconds. */
const SLACK_MS = 100;
/** A pace with more calls a minute than these is even enough without a list of them. */
const MOST_LISTED = 600;

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
  readonly #most: number;
  readonly #nextAt: number;
  /** From then on no call of an owner before this one is in the last minute. */
  readonly #until: number;
  #calls: readonly number[];

  constructor(pace: Pace, { calls, nextAt }: LanePast, mostInMinute: number) {
    this.#pace = pace;
    this.#most = Math.max(1, Math.floor(mostInMinute));
    this.#calls = calls;
    const last = calls.at(-1);
    const apartFrom = last === undefined ? nextAt : last + MINUTE_MS / pace.perMinute;
    this.#nextAt = Math.max(nextAt, apartFrom);
    this.#until = last === undefined ? Number.NEGATIVE_INFINITY : last + MINUTE_MS + SLACK_MS;
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
    return this.#pace.next(Math.max(now, this.#nextAt, this.#roomAt(now)));
  }

  take(now: number): number {
    const slotAt = this.#pace.take(Math.max(now, this.#nextAt, this.#roomAt(now)));
    this.#note(slotAt);
    return slotAt;
  }

  giveBack(slotAt: number): void {
    this.#calls = this.#calls.filter((at) => at !== slotAt);
    this.#pace.giveBack(slotAt);
  }

  started(slotAt: number, at: number): void {
    this.#calls = this.#calls.filter((each) => each !== slotAt);
    this.#note(at);
    this.#pace.started(slotAt, at);
  }

  ended(call: PaceCall): void {
    this.#pace.ended(call);
  }

  memory(): number | null {
    return this.#pace.memory();
  }

  found(now: number): string | null {
    return this.#pace.found?.(now) ?? null;
  }

  /** A list that is as long as may be in a minute, of which no call is older than that. */
  #roomAt(now: number): number {
    if (this.#most > MOST_LISTED || now >= this.#until) return now;
    const first = this.#calls.at(-this.#most);
    return first === undefined ? now : first + MINUTE_MS + SLACK_MS;
  }

  #note(at: number): void {
    if (this.#most > MOST_LISTED) return;
    this.#calls = [...this.#calls, at].sort((a, b) => a - b).slice(-this.#most);
  }
}
