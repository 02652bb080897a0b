import type { SeenCall } from "./call-log.ts";
import { Bucket, ClockMinute, type LimitModel, SlidingMinute } from "./limit-models.ts";

const MINUTE_MS = 60_000;

/** Bursts that are considered: calls that a full bucket lets through at once. */
const BURSTS = [1, 2, 3, 4, 5, 6];
/** A `retry_after` is in whole seconds, rounded up: moments that are considered within its last second. */
const WITHIN = [0.1, 0.5, 0.9];
/**
 * Limits that are considered: from this share of the pace that met the limit (or slow answers were misread) to
 * slightly above it.
 */
const LEAST_SHARE = 0.25;
const MOST_SHARE = 1.05;
/** Step between limits that are told apart: whole numbers up to 75 a minute, wider steps above. */
const STEP_SHARE = 0.02;
/** How far the moment at which the server got a call may differ from the log, in milliseconds. */
const TRAVEL_MS = 150;

/** What is known of a lane at the moment that a call met a limit. */
export interface Met {
  readonly call: SeenCall;
  /** When calls were let through before it. */
  readonly passed: readonly number[];
  /** The pace that met it, in calls a minute. */
  readonly pace: number;
}

/** Limits under which all calls would have been answered as they were. Each further call clears some of them. */
export class Suspects {
  #left: readonly LimitModel[];

  private constructor(left: readonly LimitModel[]) {
    this.#left = left;
  }

  /**
   * The limits that explain all of `seen`, which ends with the call that met the limit. `origin` is the call before
   * those that met it too, when a bucket was therefore empty; null when there was none, and a bucket was full.
   */
  static explaining(met: Met, origin: SeenCall | null, seen: readonly SeenCall[]): Suspects {
    const from = seen[0]?.at ?? Number.POSITIVE_INFINITY;
    const before = met.passed.filter((moment) => moment < from);
    const emptyAt = origin ? WITHIN.map((share) => within(origin.ready, share)) : [Number.NEGATIVE_INFINITY];
    const suspects = new Suspects([
      ...limitsAround(met.pace).flatMap((limit) =>
        BURSTS.flatMap((burst) => emptyAt.map((moment) => new Bucket(limit, burst, moment))),
      ),
      ...slidingMinutes(met, before),
      ...clockMinutes(met, before),
    ]);
    for (const each of seen) suspects.see(each);
    return suspects;
  }

  /** Clears limits under which this call would have been answered otherwise. */
  see({ at, passed, ready: [from, to], met }: SeenCall): void {
    this.#left = this.#left.filter((suspect) => {
      const readyAt = suspect.readyFor(at);
      if (passed !== null) suspect.book(passed);
      return (!met || readyAt > at) && readyAt >= from - TRAVEL_MS && readyAt <= to + TRAVEL_MS;
    });
  }

  /** Clears buckets that would have allowed this pace, in calls a minute. */
  clearBucketsFrom(limit: number): void {
    this.#left = this.#left.filter((suspect) => suspect.kind !== "bucket" || suspect.limit < limit);
  }

  get any(): boolean {
    return this.#left.length > 0;
  }

  has(limit: number): boolean {
    return this.#likely().some((suspect) => Math.abs(suspect.limit / limit - 1) < STEP_SHARE);
  }

  /** The most that may be let through in any minute; Infinity when no suspect counts minutes. */
  get mostInMinute(): number {
    return this.#limits(false).at(-1) ?? Number.POSITIVE_INFINITY;
  }

  /** The limit in the middle, in calls a minute: half way between that of the buckets and that of the minutes. */
  get middle(): number {
    const kinds = [this.#limits(true), this.#limits(false)].filter((limits) => limits.length > 0);
    const middles = kinds.map((limits) => limits[(limits.length - 1) >> 1] ?? 1);
    return middles.reduce((sum, each) => sum + each, 0) / Math.max(middles.length, 1);
  }

  /** The highest limit divided by the lowest. */
  get spread(): number {
    const limits = this.#likely().map((suspect) => suspect.limit);
    return Math.max(...limits) / Math.min(...limits);
  }

  #limits(ofBuckets: boolean): number[] {
    const wanted = this.#likely().filter((suspect) => (suspect.kind === "bucket") === ofBuckets);
    return wanted.map((suspect) => suspect.limit).sort((a, b) => a - b);
  }

  /** Minutes that may begin at any moment explain nearly everything, so they count only where nothing else does. */
  #likely(): readonly LimitModel[] {
    const clear = this.#left.filter((suspect) => suspect.kind !== "clock minute");
    return clear.length > 0 ? clear : this.#left;
  }
}

function limitsAround(pace: number): number[] {
  const limits: number[] = [];
  let limit = Math.max(1, Math.floor(pace * LEAST_SHARE));
  while (limit <= pace * MOST_SHARE + 1) {
    limits.push(limit);
    limit += Math.max(1, Math.round(limit * STEP_SHARE));
  }
  return limits;
}

/** Those whose oldest call became a minute old when the server was ready again. */
function slidingMinutes({ call, passed, pace }: Met, before: readonly number[]): SlidingMinute[] {
  const from = call.ready[0] - TRAVEL_MS - MINUTE_MS;
  const to = call.ready[1] + TRAVEL_MS - MINUTE_MS;
  return passed.flatMap((moment, index) => {
    const limit = passed.length - index;
    const fits = moment >= from && moment <= to && limit >= pace * LEAST_SHARE;
    return fits ? [new SlidingMinute(limit, before)] : [];
  });
}

/** Those whose next minute began when the server was ready again. */
function clockMinutes({ call, passed, pace }: Met, before: readonly number[]): ClockMinute[] {
  return WITHIN.flatMap((share) => {
    const next = within(call.ready, share);
    const limit = passed.filter((moment) => moment >= next - MINUTE_MS).length;
    return limit >= pace * LEAST_SHARE ? [new ClockMinute(limit, next % MINUTE_MS, before)] : [];
  });
}

function within([from, to]: readonly [number, number], share: number): number {
  return from + (to - from) * share;
}
