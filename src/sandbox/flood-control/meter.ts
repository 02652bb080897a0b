import { FixedWindow } from "./fixed-window.ts";
import type { FloodLimits } from "./limits.ts";
import { SlidingMinuteMeter } from "./sliding-minute.ts";
import { TokenBucket } from "./token-bucket.ts";

/** A minute in milliseconds. */
export const MINUTE_MS = 60_000;

/**
 * Counts messages by one model. Moments are milliseconds of the caller's clock; bookings may be in the future. A call may cost more
 * than one message; one that costs more than ever fits at once waits until all of it is free, and then owes the rest.
 */
export interface Meter {
  /** The most that a call can cost without owing. */
  readonly most: number;
  /** Returns the earliest moment, not before `now`, at which a call of that cost fits. Changes nothing. */
  next(now: number, cost: number): number;
  /** Books a call at a moment that `next` returned. Bookings come in ascending order. */
  book(moment: number, cost: number): void;
}

/** Returns an empty meter for these limits. Throws RangeError unless `rate` is above 0 and `burst` at least 1. */
export function meterOf(limits: FloodLimits): Meter {
  if (!(limits.rate > 0)) throw new RangeError(`rate must be above 0, not ${limits.rate}`);
  if (!(limits.burst >= 1)) throw new RangeError(`burst must be at least 1, not ${limits.burst}`);
  if (limits.model === "token_bucket") return new TokenBucket(limits.rate, limits.burst);
  const limit = Math.max(1, Math.floor(limits.rate));
  if (limits.model === "sliding_minute") return new SlidingMinuteMeter(limit);
  return new FixedWindow(limit, limits.model === "fixed_window");
}
