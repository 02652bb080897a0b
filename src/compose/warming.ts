import type { Config } from "../config/config.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Emitter } from "../domain/events.ts";
import type { Lanes } from "../lanes/lanes.ts";
import type { Ledger, StoredId } from "../ledgers/port.ts";
import { Bell } from "../pipeline/bell.ts";
import { UnderWay } from "../pipeline/claims.ts";
import type { PrewarmParts } from "../pipeline/prewarm.ts";
import type { Stop } from "../pipeline/stop.ts";
import { Pool } from "../queue/pool.ts";
import { WorkQueue } from "../queue/work-queue.ts";
import { type Connections, transfersOf } from "./connect.ts";
import { type LaneParts, openLanes } from "./lanes.ts";
import { planOptionsOf } from "./plan.ts";

export interface WarmingParts {
  readonly config: Config;
  readonly options: RunOptions;
  /** The lanes to warm by. */
  readonly found: LaneParts["found"];
  readonly ledger: Ledger;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly stop: Stop;
  /** Removes a warmup message once its id is safe; null when messages stay. */
  readonly remove: ((bot: string, stored: StoredId) => Promise<void>) | null;
}

/** The parts of a run, put together, with its lanes for those who look at them. */
export type Warming = Omit<PrewarmParts, "lanes"> & { readonly lanes: Lanes };

/** Puts together what warms a source: queue, pool, lanes, transfers, plan. */
export async function openWarming(parts: WarmingParts): Promise<Warming> {
  const { config, options, found, ledger, connections, events, stop, remove } = parts;
  const { clock, storage } = connections;
  const bell = new Bell();
  const transfers = transfersOf(config, storage, options.transfer, (text) =>
    events.emit("notice", { level: "info", text }),
  );
  const lanes = await openLanes({ config, clock, events, ledger, found, changed: () => bell.ring() });
  const plan = planOptionsOf({ config, options, transfers, ledger, storage, clock, found });
  const { draining, aborting } = stop;
  return {
    clock,
    events,
    ledger,
    lanes,
    transfers,
    bell,
    plan,
    stop,
    draining,
    aborting,
    remove,
    queue: new WorkQueue({ capacity: config.maxQueue, order: options.order, wall: clock.wall }),
    pool: new Pool(config.concurrency),
    capacity: config.maxQueue,
    listFirst: config.maxQueue === 0,
    limit: options.limit,
    retries: options.retries,
    mode: options.transfer,
    underWay: new UnderWay(),
    random: Math.random,
    open: (bot, kind) => lanes.isOpen(bot, kind),
    runBots: { configured: config.bots.map(({ slug }) => slug), warming: plan.bots },
  };
}
