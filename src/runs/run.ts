import { openAdoption } from "../compose/adopt.ts";
import { asksForTypes, connect, loadAhead, transfersOf } from "../compose/connect.ts";
import { limitsOf, openLanes } from "../compose/lanes.ts";
import { openLooksForecast } from "../compose/looks.ts";
import { packPlanOf } from "../compose/packs.ts";
import { type PlanParts, planOptionsOf } from "../compose/plan.ts";
import { openPlace } from "../compose/platform-lanes.ts";
import { openWarming } from "../compose/warming.ts";
import type { Config } from "../config/config.ts";
import type { RunOptions } from "../config/run-options.ts";
import { unlessAborted } from "../domain/abort.ts";
import type { Clock } from "../domain/clock.ts";
import { Emitter, type StopCause } from "../domain/events.ts";
import { patienceOf } from "../domain/patience.ts";
import type { WorkPlan } from "../domain/work-forecast.ts";
import type { Snapshot } from "../figures/snapshot.ts";
import type { Tally } from "../figures/tally.ts";
import type { LaneToOpen } from "../lanes/preflight.ts";
import { prewarm } from "../pipeline/prewarm.ts";
import { type Stop, watchFailures } from "../pipeline/stop.ts";
import { dryRun } from "./dry-run.ts";
import { exitCodeOf } from "./exit-code.ts";
import { findLanes } from "./find-lanes.ts";
import { emitForecasts, forecastBy } from "./forecasts.ts";
import { messageRemover } from "./remove-message.ts";
import { Session } from "./session.ts";
import { type EarlyListener, toldEarly } from "./told-early.ts";

export interface OpenRunOptions {
  readonly config: Config;
  readonly options: RunOptions;
  /** Takes the secrets of `config` out of a text. */
  readonly redact: (text: string) => string;
  /** Whether the far ends are stand-ins. */
  readonly sandbox: boolean;
  /** What others read of who holds the ledger: `prewarm run`. */
  readonly command: string;
  /** What happens is emitted here; by default to {@link Run.events}. */
  readonly events?: Emitter;
  /** Hears what is to be told while the ledger is opened, when nobody listens to {@link Run.events} yet. */
  readonly early?: EarlyListener | undefined;
}

/** One pass over a source: what it warms, who hears of it, and what ends it. */
export interface RunPass {
  readonly options: RunOptions;
  readonly events: Emitter;
  readonly stop: Stop;
}

/** Ids that Telegram is asked for before a run begins, as bots found them dead: at most two calls each, so a minute of a lane. */
const ASKS = 10;

/** A plan only looks at what could be adopted. */
const NOTHING_TRIED = { isProved: () => false, judge: async () => "open" as const };

/** How a run ended. */
export interface RunEnd {
  /** Why it ended before its source was used up; null when it did not. */
  readonly cause: StopCause | null;
  readonly exitCode: number;
  readonly figures: Snapshot;
  /** Of a dry run that could read its source. */
  readonly plan: WorkPlan | null;
}

/**
 * One run: the ledger that it holds, its connections, its events and the way to stop it. Commands, library and bench open it
 * alike; screens listen to its events.
 */
export class Run implements RunPass {
  readonly options: RunOptions;
  readonly #command: string;
  readonly #session: Session;

  /** Takes the ledger; for a dry run a copy of it. Throws LedgerError, which says who holds it. */
  static async open({
    config,
    options,
    redact,
    sandbox,
    command,
    events,
    early,
  }: OpenRunOptions): Promise<Run> {
    const emitter = events ?? new Emitter();
    const told = toldEarly(emitter, early);
    const opening = openPlace(config, { command, onlyPlan: options.dryRun, tell: told.tell });
    if (options.preflight) loadAhead();
    const opened = await opening;
    told.end();
    const connections = connect(opened.config, redact);
    const session = new Session({ ...opened, connections, events: emitter, sandbox });
    return new Run(session, options, command);
  }

  /** A run over what is open already; {@link Run.open} opens it. */
  constructor(session: Session, options: RunOptions, command: string) {
    this.#session = session;
    this.options = options;
    this.#command = command;
  }

  get events(): Emitter {
    return this.#session.events;
  }

  get stop(): Stop {
    return this.#session.stop;
  }

  get clock(): Clock {
    return this.#session.connections.clock;
  }

  /** Where the ledger is, for people. */
  get ledgerPlace(): string {
    return this.#session.ledger.place;
  }

  get tally(): Tally {
    return this.#session.tally;
  }

  /** Runs to its end. Throws ConfigError and LedgerError. */
  async toEnd(): Promise<RunEnd> {
    const work = async () => {
      const lanes = await this.enter();
      return lanes && this.#work(lanes);
    };
    const plan = await this.#session.unlessAway(() => this.#within(work));
    const figures = this.tally.snapshot();
    const { failed, unknown } = figures.counts;
    const { cause } = this.stop;
    return {
      cause,
      figures,
      plan,
      exitCode: exitCodeOf({ cause, bad: failed + unknown, botsOut: figures.botsOut }),
    };
  }

  /**
   * Checks whose ledger this is, tries lanes and bucket, and claims the ledger. Returns all lanes, those that are out with
   * why; null when the run was stopped, also when nothing can be sent to or the bucket turns us away. Throws ConfigError and LedgerError.
   */
  async enter(): Promise<readonly LaneToOpen[] | null> {
    await this.#session.checkWorld();
    const finding = findLanes(this.#session, {
      tried: this.options.preflight,
      patience: patienceOf(this.options.retries, Math.random),
    });
    const found = await unlessAborted(finding, this.stop.draining);
    if (!found || this.stop.cause !== null) return null;
    await this.#session.claim({ quiet: this.options.dryRun, lanes: found });
    return found;
  }

  /**
   * Warms what the options choose, by these lanes, and remembers what the lanes learned. The bench makes many passes, each with
   * events and a stop of its own. Throws LedgerError.
   */
  async warm(found: readonly LaneToOpen[], { options, events, stop }: RunPass = this): Promise<void> {
    const { config, ledger, connections, tally } = this.#session;
    const remove = options.deleteAfter ? messageRemover(connections, events, stop.draining) : null;
    const warming = await openWarming({ config, options, found, ledger, connections, events, stop, remove });
    const { queue, pool, lanes, feeder, dispatcher, looks, adoption, takeOver, packing } = warming;
    const bots = [...new Set(lanes.all.map(({ bot }) => bot.slug))];
    const nextCall = () => Math.min(...bots.map((bot) => lanes.nextAt(bot, this.clock.now())));
    tally.watch({ depth: () => queue.length, active: () => pool.active, nextCall });
    const asks = asksForTypes(config, options.transfer);
    const { ahead: packsAhead } = await packPlanOf(lanes.all, { config, ledger, found, clock: this.clock });
    emitForecasts(events, {
      capacity: config.maxQueue,
      forecastOf: forecastBy(await limitsOf(lanes, config, ledger), { asks, packsAhead }),
      isOut: (bot) => !lanes.isOpen(bot),
    });
    watchFailures(events, stop, { maxFailures: options.maxFailures });
    await takeOver.run(ASKS).finally(() => takeOver.close());
    await looks.clear();
    await packing.finish();
    await prewarm(feeder, dispatcher, stop).finally(() => Promise.all([looks.idle(), adoption?.idle()]));
    adoption?.tellEnd();
    await lanes.rememberAll();
    await ledger.keepMeasures(tally.measures());
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  async #work(found: readonly LaneToOpen[]): Promise<WorkPlan | null> {
    const { config, ledger } = this.#session;
    this.events.emit("started", {
      command: this.#command,
      lanes: found.filter(({ closed }) => !closed).length,
      concurrency: config.concurrency,
      ledger: ledger.place,
    });
    if (this.options.dryRun) return this.#plan(found);
    await this.warm(found);
    return null;
  }

  /** Bounds what is done by `--max-duration`, also while lanes are waited for before anything is listed. */
  async #within<T>(work: () => Promise<T>): Promise<T> {
    const { maxDuration } = this.options;
    if (maxDuration === undefined) return work();
    const cancel = this.clock.after(maxDuration, () => this.stop.drain({ type: "duration" }));
    return work().finally(cancel);
  }

  async #plan(found: readonly LaneToOpen[]): Promise<WorkPlan | null> {
    const { config, ledger, connections, events, stop } = this.#session;
    const { clock, storage } = connections;
    const { options } = this;
    const transfers = transfersOf(config, storage, options.transfer, () => {});
    const ignore = () => {};
    const { waits } = connections;
    const hearing = { waits, changed: ignore, noneOpen: ignore };
    const lanes = await openLanes({ config, clock, events, ledger, found, ...hearing });
    const tell: PlanParts["tell"] = (level, text) => events.emit("notice", { level, text });
    const source = { config, options, transfers, ledger, storage, clock, found };
    const plan = planOptionsOf({ ...source, signal: stop.draining, tell });
    const runBots = { configured: config.bots.map(({ slug }) => slug), warming: plan.bots };
    const packs = await packPlanOf(lanes.all, { config, ledger, found, clock });
    const parts = { config, options, ledger, connections, events, stop, found };
    return dryRun({
      plan,
      adoption: await openAdoption({ ...parts, lanes, runBots, judge: plan, packIds: NOTHING_TRIED }),
      lost: openLooksForecast(parts, lanes),
      paceIn: (bot, chat) => lanes.paceIn(bot, chat),
      isOut: (bot) => !lanes.isOpen(bot),
      whyOut: (bot, kind) => lanes.whyClosed(bot, kind),
      forecastOf: forecastBy(await limitsOf(lanes, config, ledger), {
        asks: asksForTypes(config, options.transfer),
        packsAhead: packs.ahead,
      }),
      canariesOf: packs.canaries,
      guess: (task) => transfers.guess(task),
      limit: options.limit,
      stop,
      events,
    });
  }
}
