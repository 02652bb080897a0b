import { type Connections, connect, openLedger, transfersOf } from "../compose/connect.ts";
import { openLanes, pacesOf } from "../compose/lanes.ts";
import { planOptionsOf } from "../compose/plan.ts";
import { openWarming } from "../compose/warming.ts";
import type { Config } from "../config/config.ts";
import { ConfigError, exitCodeOfError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import type { RunOptions } from "../config/run-options.ts";
import { unlessAborted } from "../domain/abort.ts";
import { Emitter } from "../domain/events.ts";
import { Tally } from "../figures/tally.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { LaneFound } from "../pipeline/preflight.ts";
import { prewarm } from "../pipeline/prewarm.ts";
import { Stop, watchFailures } from "../pipeline/stop.ts";
import { exitCodeOf } from "../runs/exit-code.ts";
import { stopOnSignals } from "../runs/signals.ts";
import { announceForecast } from "./announce-forecast.ts";
import { claimLedger } from "./claim-ledger.ts";
import { dryRun } from "./dry-run.ts";
import { findLanes } from "./find-lanes.ts";
import { Output } from "./output.ts";
import { messageRemover } from "./remove-message.ts";

export interface SessionOptions {
  readonly config: Config;
  readonly options: RunOptions;
  readonly flags: Flags;
  readonly redact: (text: string) => string;
  readonly sandbox: boolean;
}

/** One run from its first word to its exit code. */
export class Session {
  readonly #given: SessionOptions;
  readonly #ledger: Ledger;
  readonly #connections: Connections;
  readonly #events = new Emitter();
  readonly #stop = new Stop(this.#events);
  readonly #tally: Tally;
  readonly #output: Output;

  /** Takes the ledger, or throws a LedgerError that says who has it. */
  static async open(given: SessionOptions): Promise<Session> {
    const ledger = await openLedger(given.config, "prewarm run", given.options.dryRun);
    return new Session(given, ledger);
  }

  private constructor(given: SessionOptions, ledger: Ledger) {
    this.#given = given;
    this.#ledger = ledger;
    this.#connections = connect(given.config, given.redact);
    this.#tally = new Tally(this.#events, this.#connections.clock);
    this.#output = new Output({ ...given, events: this.#events, tally: this.#tally });
  }

  /** Runs to the end and answers the exit code. Throws ConfigError and LedgerError, after the summary was told. */
  async run(): Promise<number> {
    const unwatch = stopOnSignals(this.#stop);
    try {
      await this.#go();
    } catch (error) {
      await this.#output.end(exitCodeOfError(error), true);
      throw error;
    } finally {
      unwatch();
    }
    const { counts } = this.#tally.snapshot();
    const exitCode = exitCodeOf({ cause: this.#stop.cause, bad: counts.failed + counts.unknown });
    await this.#output.end(exitCode, this.#stop.cause !== null);
    return exitCode;
  }

  async close(): Promise<void> {
    await this.#output.close();
    await this.#connections.close();
    await this.#ledger.close();
  }

  async #go(): Promise<void> {
    const { config, options } = this.#given;
    const events = this.#events;
    const stop = this.#stop;
    const connections = this.#connections;
    const ledger = this.#ledger;
    await this.#output.open(options.failedTo, connections.clock.scale);
    const world = await ledger.checkWorld(this.#given.sandbox);
    if (!world.ok) throw new ConfigError([world.failure.message]);
    const found = await unlessAborted(
      findLanes({ connections, options, ledger, events, stop }),
      stop.draining,
    );
    if (!found || stop.cause !== null) return;
    await claimLedger({ ...this.#given, ledger, events: options.dryRun ? new Emitter() : events });
    const { concurrency } = config;
    events.emit("started", {
      command: "prewarm run",
      lanes: found.length,
      concurrency,
      ledger: ledger.place,
    });
    const cancel = this.#limitDuration();
    try {
      await (options.dryRun ? this.#plan(found) : this.#warm(found));
    } finally {
      cancel();
    }
  }

  #limitDuration(): () => void {
    const { maxDuration } = this.#given.options;
    if (maxDuration === undefined) return () => {};
    return this.#connections.clock.after(maxDuration, () => this.#stop.drain({ type: "duration" }));
  }

  async #warm(found: readonly LaneFound[]): Promise<void> {
    const { config, options } = this.#given;
    const events = this.#events;
    const stop = this.#stop;
    const remove = options.deleteAfter ? messageRemover(this.#connections, events) : null;
    const warming = await openWarming({
      config,
      options,
      found,
      remove,
      events,
      stop,
      ledger: this.#ledger,
      connections: this.#connections,
    });
    const { queue, pool, lanes } = warming;
    this.#tally.watch({ depth: () => queue.length, active: () => pool.active });
    announceForecast(events, config.maxQueue, pacesOf(lanes, config));
    watchFailures(events, stop, { maxFailures: options.maxFailures });
    await prewarm(warming);
    lanes.rememberAll();
  }

  async #plan(found: readonly LaneFound[]): Promise<void> {
    const { config, options } = this.#given;
    const { clock, storage } = this.#connections;
    const events = this.#events;
    const ledger = this.#ledger;
    const transfers = transfersOf(config, storage, options.transfer, () => {});
    const lanes = await openLanes({ config, clock, events, ledger, found, changed: () => {} });
    const plan = planOptionsOf({ config, options, transfers, ledger, storage, clock, found });
    const { limit } = options;
    await dryRun({ plan, ...pacesOf(lanes, config), limit, stop: this.#stop, events, output: this.#output });
  }
}
