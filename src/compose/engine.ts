import type { Config } from "../config/config.ts";
import type { RunOptions } from "../config/run-options.ts";
import { Bell } from "../domain/bell.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import { newTag } from "../domain/tag.ts";
import type { Task } from "../domain/task.ts";
import type { Lanes } from "../lanes/lanes.ts";
import type { LaneToOpen } from "../lanes/preflight.ts";
import type { Ledger, StoredId } from "../ledgers/port.ts";
import type { LookBoard } from "../looks/port.ts";
import type { PackIds } from "../pipeline/adopt/pack.ts";
import { Attempts } from "../pipeline/attempt.ts";
import { InFlight } from "../pipeline/claims.ts";
import { Dispatcher } from "../pipeline/dispatch.ts";
import type { DispatchPolicy } from "../pipeline/dispatch-policy.ts";
import { Intake } from "../pipeline/intake.ts";
import type { LostRows, LostRowsOptions } from "../pipeline/lost-rows.ts";
import { OwnAnswers } from "../pipeline/own-answers.ts";
import type { PlanOptions } from "../pipeline/plan.ts";
import { ReadAhead } from "../pipeline/read-ahead.ts";
import { Settlement } from "../pipeline/settle.ts";
import type { Stop } from "../pipeline/stop.ts";
import { TaskRunner } from "../pipeline/task-runner.ts";
import { Pool } from "../queue/pool.ts";
import { WorkQueue } from "../queue/work-queue.ts";
import { type Connections, transfersOf } from "./connect.ts";
import { openLanes } from "./lanes.ts";
import { openLostRows } from "./looks.ts";
import { openKnownPacks, openPacks, type Packing } from "./packs.ts";
import { type PlanParts, planOptionsOf } from "./plan.ts";

export interface EngineOptions {
  readonly config: Config;
  readonly options: RunOptions;
  /** The lanes to warm by. */
  readonly found: readonly LaneToOpen[];
  readonly ledger: Ledger;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly stop: Stop;
  /** Bots for whose sake a replaced object's key stays with its old content until they have the new one; all without it. */
  readonly waitedFor?: readonly string[];
  /** Removes a warmup message once its id is safe; null when messages stay. */
  readonly remove: ((bot: string, stored: StoredId) => Promise<void>) | null;
}

/** What a run and a worker have in common: the line from the door of the queue to the ledger. */
export interface Engine {
  readonly plan: PlanOptions;
  readonly bell: Bell;
  readonly queue: WorkQueue;
  readonly pool: Pool;
  readonly lanes: Lanes;
  readonly intake: Intake;
  readonly settlement: Settlement;
  readonly looks: LookBoard;
  readonly lost: LostRows;
  /** Media in one call of a bot. */
  readonly inCall: (bot: string) => number;
  /** What ids are worth that come out of a message of several media. */
  readonly packIds: PackIds;
  /** What is done about packs beside the queue. */
  readonly packing: Packing;
  /** Makes the dispatcher of this line; call it once. */
  dispatcher(policy: DispatchPolicy): Dispatcher;
}

/** Puts together queue, pool, lanes and transfers, and what moves objects between them. Nothing runs yet. */
export async function openEngine(given: EngineOptions): Promise<Engine> {
  const { config, options, found, ledger, connections, events, stop, remove } = given;
  const { clock, storage, waits, memory, wholeBytes } = connections;
  const settling = { clock, events, ledger, remove, retries: options.retries, random: Math.random };
  const bell = new Bell();
  const transfers = transfersOf(config, storage, options.transfer, (text) =>
    events.emit("notice", { level: "info", text }),
  );
  const changed = () => bell.ring();
  const noneOpen = (cause: Failure) => stop.drain({ type: "no_lane", failure: cause });
  const lanes = await openLanes({ config, clock, events, ledger, found, waits, changed, noneOpen });
  const tell: PlanParts["tell"] = (level, text) => events.emit("notice", { level, text });
  const plan = planOptionsOf({
    config,
    options,
    transfers,
    ledger,
    storage,
    clock,
    found,
    signal: stop.draining,
    tell,
  });
  const queue = new WorkQueue({ capacity: config.maxQueue, order: options.order, wall: clock.wall });
  const pool = new Pool(config.concurrency);
  const runBots = { configured: config.bots.map(({ slug }) => slug), warming: given.waitedFor ?? plan.bots };
  const judge = { ...plan, force: false, retryWeak: false, only: null };
  const guess = (task: Task) => transfers.guess(task);
  const intake = new Intake({ clock, events, ledger, stop, queue, bell, judge, runBots, guess });
  const answers = new OwnAnswers();
  const tag = () => (config.tag ? newTag(Math.random) : null);
  const known = await openKnownPacks({ ...given, lanes, answers, tag });
  const judgeId: LostRowsOptions["judgeId"] = (id) => known.trials.judge(id);
  const packIds: PackIds = { isProved: (id) => known.packs.idsOf(id) === "ordinary", judge: judgeId };
  const { looks, lost } = openLostRows(given, lanes, { runBots, judge, judgeId });
  const inFlight = new InFlight();
  const attempts = new Attempts({ clock, events, ledger, transfers, inFlight, stop, tag, answers });
  const settlement = new Settlement({ ...settling, lanes, runBots, transfers });
  const runner = new TaskRunner({ attempts, settlement, inFlight, lanes, events, stop });
  const budget = config.readAhead > 0 ? memory : null;
  const ahead = new ReadAhead({ clock, transfers, stop, budget, wholeBytes, changed });
  const rooms = { queue, ahead, intake, inFlight, attempts, settlement, transfers };
  const { packs, packing } = openPacks({ ...given, lanes, bots: plan.bots, known, answers, tag, ...rooms });
  const dispatcher = (policy: DispatchPolicy) =>
    new Dispatcher({ queue, pool, lanes, bell, stop, clock, events, policy, runner, ahead, intake, packs });
  const fed = { ...plan, lost };
  const inCall = (bot: string) => packs?.sizeOf(bot) ?? 1;
  const parts = { bell, queue, pool, lanes, intake, settlement, looks, lost, inCall, packIds };
  return { plan: fed, ...parts, dispatcher, packing };
}
