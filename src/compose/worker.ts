import type { RunOptions } from "../config/run-options.ts";
import type { WorkerConfig } from "../config/worker-config.ts";
import type { Emitter } from "../domain/events.ts";
import { ok } from "../domain/result.ts";
import type { Ledger, StoredId } from "../ledgers/port.ts";
import { Bell } from "../pipeline/bell.ts";
import { UnderWay } from "../pipeline/claims.ts";
import type { PlanOptions } from "../pipeline/plan.ts";
import type { Stop } from "../pipeline/stop.ts";
import { Pool } from "../queue/pool.ts";
import { WorkQueue } from "../queue/work-queue.ts";
import { passes } from "../sources/watched.ts";
import type { Lanes } from "../telegram/lanes/lanes.ts";
import type { Bot } from "../telegram/port.ts";
import type { FirstLook } from "../worker/first-look.ts";
import type { KeepWarmParts } from "../worker/keep-warm.ts";
import { Troubles } from "../worker/troubles.ts";
import { type Connections, transfersOf } from "./connect.ts";
import { openLanes } from "./lanes.ts";
import { planOptionsOf, sourceOf } from "./plan.ts";

export interface KeepingParts {
  readonly config: WorkerConfig;
  readonly options: RunOptions;
  readonly found: FirstLook;
  readonly ledger: Ledger;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly stop: Stop;
  /** Whether work is claimed now. */
  readonly desk: { readonly running: boolean };
  readonly remove: ((bot: string, stored: StoredId) => Promise<void>) | null;
}

/** The parts of a worker, put together, with its lanes for those who look at them. */
export type Keeping = KeepWarmParts & { readonly lanes: Lanes };

/** Puts together what keeps a bucket or a manifest warm. */
export async function openKeeping(parts: KeepingParts): Promise<Keeping> {
  const { config, options, found, ledger, connections, events, stop, desk, remove } = parts;
  const { clock, storage } = connections;
  const bell = new Bell();
  const transfers = transfersOf(config, storage, options.transfer, (text) =>
    events.emit("notice", { level: "info", text }),
  );
  const lanes = await openLanes({
    config,
    clock,
    events,
    ledger,
    found: found.lanes,
    changed: () => bell.ring(),
  });
  const plan = planOptionsOf({ config, options, transfers, ledger, storage, clock, found: found.lanes });
  const rules = { ...plan, waits: true };
  const { draining, aborting } = stop;
  return {
    ...{ clock, events, ledger, lanes, transfers, bell, stop, draining, aborting, remove },
    ...askingOf(connections),
    troubles: new Troubles(clock, events),
    away: found.away,
    bots: plan.bots,
    queue: new WorkQueue({ capacity: config.maxQueue, order: options.order, wall: clock.wall }),
    pool: new Pool(config.concurrency),
    capacity: config.maxQueue,
    rules: { passes: rules, asked: { ...rules, kind: undefined, as: undefined } },
    source: watchedSource(parts, rules),
    intervalMs: config.intervalMs,
    asked: new Bell(),
    claiming: () => desk.running,
    retries: options.retries,
    mode: options.transfer,
    underWay: new UnderWay(),
    random: Math.random,
    open: (bot, kind) => lanes.isOpen(bot, kind),
    botsOf: (task) => (task.entry.bot === undefined ? plan.bots : [task.bot]),
  };
}

/** Questions that change nothing: is R2 there, is Telegram there (one of the bots is enough)? */
function askingOf({ storage, bots }: Connections): Pick<KeepWarmParts, "ask"> {
  const telegram = async () => {
    const answers = await Promise.all(bots.map(({ bot }: { bot: Bot }) => bot.getMe()));
    return answers.find((answer) => answer.ok || answer.failure.class !== "transient")
      ? ok(undefined)
      : (answers[0] ?? ok(undefined));
  };
  return { ask: { r2: () => storage.check(), telegram } };
}

function watchedSource(
  { config, options, ledger, connections, stop }: KeepingParts,
  { bots }: Pick<PlanOptions, "bots">,
): KeepWarmParts["source"] {
  const { manifest } = options;
  const looks = passes({
    clock: connections.clock,
    intervalMs: config.listInterval,
    signal: stop.draining,
    ...(manifest ? { file: { path: manifest.path, pollMs: config.intervalMs } } : {}),
  });
  return {
    name: manifest?.path ?? "bucket",
    open: () => sourceOf(options, connections.storage, ledger, bots),
    moments: looks,
    nudge: () => looks.nudge(),
  };
}
