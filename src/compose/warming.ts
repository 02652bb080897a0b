import type { Lanes } from "../lanes/lanes.ts";
import type { Dispatcher } from "../pipeline/dispatch.ts";
import { RunPolicy } from "../pipeline/dispatch-policy.ts";
import { Feeder } from "../pipeline/feed.ts";
import type { Pool } from "../queue/pool.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import { type EngineOptions, openEngine } from "./engine.ts";

/** The two halves of a run, with queue, pool and lanes for those who look at them. */
export interface Warming {
  readonly feeder: Feeder;
  readonly dispatcher: Dispatcher;
  readonly queue: WorkQueue;
  readonly pool: Pool;
  readonly lanes: Lanes;
}

/** Puts together what warms a source once. */
export async function openWarming(given: EngineOptions): Promise<Warming> {
  const { events, stop, options, found } = given;
  // A bot that is out from the start, perhaps for good, does not keep the new content from the others' readers.
  const waitedFor = found.filter(({ closed }) => !closed).map(({ bot }) => bot.slug);
  const { plan, bell, queue, pool, lanes, intake, settlement, dispatcher } = await openEngine({
    ...given,
    waitedFor: [...new Set(waitedFor)],
  });
  const feeder = new Feeder({
    intake,
    bell,
    events,
    stop,
    plan,
    limit: options.limit,
    isOut: (bot) => !lanes.isOpen(bot),
  });
  return { feeder, dispatcher: dispatcher(new RunPolicy({ feeder, queue, settlement })), queue, pool, lanes };
}
