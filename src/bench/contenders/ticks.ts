import type { Clock } from "../../domain/clock.ts";

export interface TickOptions {
  readonly clock: Clock;
  /** Milliseconds between two looks at the queue. */
  readonly intervalMs: number;
  /** Items under way at a time. */
  readonly places: number;
  readonly signal: AbortSignal;
}

/**
 * The worker of the system that is replaced: a timer looks at the queue every interval, the first time at once, and starts
 * as many items as there are free places; a place that falls free between two looks stays empty until the next. Resolves
 * when all have ended, or once `signal` aborts, when those under way have. `work` must not throw.
 */
export async function workByTicks<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  { clock, intervalMs, places, signal }: TickOptions,
): Promise<void> {
  const under = new Set<Promise<void>>();
  const begin = clock.now();
  let next = 0;
  for (let tick = 1; next < items.length && !signal.aborted; tick += 1) {
    for (const item of items.slice(next, next + places - under.size)) {
      const one = work(item).finally(() => under.delete(one));
      under.add(one);
      next += 1;
    }
    if (next < items.length) await clock.sleep(begin + tick * intervalMs - clock.now(), signal);
  }
  await Promise.all(under);
}
