import type { LostCall } from "../ledgers/look-port.ts";

/** Milliseconds of the wall. */
export interface LookPatience {
  /** How long after a call its message may still be posted. */
  readonly afterMs: number;
  /** No call lasts longer. */
  readonly longestCallMs: number;
}

/**
 * Returns when a lost call can post no more, in Unix milliseconds, which is when it can be looked for. Of one that died with its
 * process nobody knows when it was given up: that was found out by the next process, perhaps days later.
 */
export function settledAt(
  { startedAt, endedAt, reason }: Pick<LostCall, "startedAt" | "endedAt" | "reason">,
  { afterMs, longestCallMs }: LookPatience,
): number {
  const over = reason === "process_died" ? Math.min(endedAt, startedAt + longestCallMs) : endedAt;
  return over + afterMs;
}
