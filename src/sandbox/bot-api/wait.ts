import type { Clock } from "../../domain/clock.ts";

/**
 * Resolves when `ms` of the clock are really over (a timer drops fractions of a millisecond, which a scaled clock
 * multiplies), or at once when the signal aborts.
 */
export async function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const until = clock.now() + ms;
  for (let left = ms; left > 0 && !signal.aborted; left = until - clock.now())
    await clock.sleep(left, signal);
}
