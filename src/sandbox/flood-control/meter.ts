import { FixedWindow } from "./fixed-window.ts";
import type { FloodLimits } from "./limits.ts";
import { SlidingMinute } from "./sliding-minute.ts";
import { TokenBucket } from "./token-bucket.ts";

export const MINUTE_MS = 60_000;

/** Counts messages by one model. Moments are milliseconds of the caller's clock; bookings may lie ahead of now. */
export interface Meter {
  /** The earliest moment, not before `now`, at which one more message fits. Changes nothing. */
  next(now: number): number;
  /** Books one message at a moment that `next` gave. Bookings come in ascending order. */
  book(moment: number): void;
}

/** An empty meter for these limits. Throws RangeError unless `rate` is above 0 and `burst` at least 1. */
export function meterOf(limits: FloodLimits): Meter {
  if (!(limits.rate > 0)) throw new RangeError(`rate must be above 0, not ${limits.rate}`);
  if (!(limits.burst >= 1)) throw new RangeError(`burst must be at least 1, not ${limits.burst}`);
  if (limits.model === "token_bucket") return new TokenBucket(limits.rate, limits.burst);
  const limit = Math.max(1, Math.floor(limits.rate));
  return limits.model === "sliding_minute" ? new SlidingMinute(limit) : new FixedWindow(limit);
}
