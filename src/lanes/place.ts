import { LONG_CALL_MS } from "./call-order.ts";
import type { Pace } from "./port.ts";

/** The most calls at once all the same: grammY's docs warn of more than about three sends in parallel. */
export const MOST_AT_ONCE = 3;

/** Calls under way, by when they began; null for one that is about to. */
type Starts = readonly (number | null)[];

/**
 * When a lane with these calls under way has a place for one more; Infinity while that depends on their answers. With an answer
 * overdue it has but one place: the server may be holding calls back, and shows its rate to a sender that waits for it.
 */
export function placeAt(starts: Starts, { atOnce, overdueMs }: Pace, now: number): number {
  const isHeldUp = starts.some((startedAt) => startedAt !== null && now - startedAt > overdueMs);
  const places = isHeldUp ? 1 : atOnce;
  if (starts.length < places) return now;
  if (starts.length >= Math.max(places, MOST_AT_ONCE)) return Number.POSITIVE_INFINITY;
  const longAt = starts
    .map((startedAt) => (startedAt === null ? Number.POSITIVE_INFINITY : startedAt + LONG_CALL_MS))
    .sort((a, b) => a - b);
  // So many calls must have become long that the short ones are fewer than the places.
  return longAt[starts.length - places] ?? Number.POSITIVE_INFINITY;
}
