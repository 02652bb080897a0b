import type { Lanes } from "../lanes/lanes.ts";
import type { LookBoard } from "../looks/port.ts";
import type { Adoption } from "../pipeline/adopt/adoption.ts";
import type { Dispatcher } from "../pipeline/dispatch.ts";
import { RunPolicy } from "../pipeline/dispatch-policy.ts";
import { Feeder } from "../pipeline/feed.ts";
import type { TakeOver } from "../pipeline/take-over.ts";
import type { Pool } from "../queue/pool.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import { openAdoption } from "./adopt.ts";
import { type EngineOptions, openEngine } from "./engine.ts";
import type { Packing } from "./packs.ts";
import { openTakeOver } from "./take-over.ts";

/** The two halves of a run, with queue, pool and lanes for those who look at them. */
export interface Warming {
  readonly feeder: Feeder;
  readonly dispatcher: Dispatcher;
  readonly queue: WorkQueue;
  readonly pool: Pool;
  readonly lanes: Lanes;
  readonly looks: LookBoard;
  /** Null where no ids of another bot's messages are wanted. */
  readonly adoption: Adoption | null;
  /** Takes over what bots reported; to be closed. */
  readonly takeOver: TakeOver;
  /** What is done about packs beside the queue. */
  readonly packing: Packing;
}

/** Puts together what warms a source once. */
export async function openWarming(given: EngineOptions): Promise<Warming> {
  const { events, stop, options, found } = given;
  // A bot that is out from the start, perhaps for good, does not keep the new content from the others' readers.
  const waitedFor = [...new Set(found.filter(({ closed }) => !closed).map(({ bot }) => bot.slug))];
  const engine = await openEngine({ ...given, waitedFor });
  const { plan, bell, queue, pool, lanes, intake, settlement, looks, packing, packIds } = engine;
  const runBots = { configured: given.config.bots.map(({ slug }) => slug), warming: waitedFor };
  const judge = { ...plan, force: false, retryWeak: false, only: null };
  const adoption = await openAdoption({ ...given, lanes, runBots, judge, packIds });
  const feeder = new Feeder({
    intake,
    bell,
    events,
    stop,
    plan: adoption ? { ...plan, adopt: adoption } : plan,
    limit: options.limit,
    isOut: (bot) => !lanes.isOpen(bot),
  });
  const takeOver = await openTakeOver(given, lanes, plan.bots);
  const policy = new RunPolicy({ feeder, queue, settlement });
  return {
    feeder,
    dispatcher: engine.dispatcher(policy),
    queue,
    pool,
    lanes,
    looks,
    adoption,
    takeOver,
    packing,
  };
}
