import type { Clock } from "../../domain/clock.ts";
import type { PlainWay } from "./plain-way.ts";
import { WorkLog } from "./work-log.ts";

/** `MEDIA_PREWARM_INTERVAL_MS` of the system that is replaced. */
const TICK_MS = 2_000;

interface TickOptions {
  readonly clock: Clock;
  /** Items under way at a time. */
  readonly places: number;
}

/**
 * The worker of the system that is replaced: a timer looks at the queue every two seconds, the first time at once, and
 * starts as many items as there are free places; a place that falls free between two looks stays empty until the next.
 * Resolves when all have ended. `work` must not throw.
 * @internal
 */
export async function workByTicks<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  { clock, places }: TickOptions,
): Promise<void> {
  const under = new Set<Promise<void>>();
  const begin = clock.now();
  let next = 0;
  for (let tick = 1; next < items.length; tick += 1) {
    for (const item of items.slice(next, next + places - under.size)) {
      const one = work(item).finally(() => under.delete(one));
      under.add(one);
      next += 1;
    }
    if (next < items.length) await clock.sleep(begin + tick * TICK_MS - clock.now());
  }
  await Promise.all(under);
}

export interface OldWayOptions extends TickOptions {
  readonly plain: PlainWay;
  readonly chats: readonly string[];
}

/** A backlog of `keys` by ticks. All are due from the beginning on; what waits for its tick waits in the queue. */
export async function oldWay(keys: readonly string[], options: OldWayOptions): Promise<WorkLog> {
  const { clock, plain, chats } = options;
  const log = new WorkLog(clock.now);
  const items = keys.map((key, n) => ({ key, chat: chats[n % chats.length] ?? "" }));
  const work = async ({ key, chat }: { key: string; chat: string }) => {
    const queue = log.at;
    log.started();
    try {
      const { download, send } = await plain.send(key, chat);
      log.succeeded({ queue, lane: 0, download, send, work: download + send, total: log.at });
    } catch (error) {
      log.failedOne(error instanceof Error ? error.message : String(error));
    }
  };
  await workByTicks(items, work, options);
  return log;
}
