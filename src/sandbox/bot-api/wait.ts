import type { Clock } from "../../domain/clock.ts";

/**
 * Resolves once `ms` of the clock are really over (a timer cuts fractions of a millisecond off, which a scaled clock
 * makes many), or at once when the signal aborts.
 */
export async function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const until = clock.now() + ms;
  for (let left = ms; left > 0 && !signal.aborted; left = until - clock.now())
    await clock.sleep(left, signal);
}
