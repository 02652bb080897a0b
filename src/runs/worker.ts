import type { AdminServer } from "../admin/server.ts";
import type { FleetView } from "../admin/worker-view.ts";
import { connectWorker, type WorkerConnections } from "../compose/connect-worker.ts";
import { openIdDesk } from "../compose/ids.ts";
import { withPlatformLanes } from "../compose/platform-lanes.ts";
import type { FleetParts } from "../compose/shared-work.ts";
import { openKeeping } from "../compose/worker.ts";
import { listenBeside, openWorkerLedger, type WorkerLedger } from "../compose/worker-ledger.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { WorkerConfig } from "../config/worker-config.ts";
import { unlessAborted } from "../domain/abort.ts";
import type { Adviser } from "../domain/advice.ts";
import type { Clock } from "../domain/clock.ts";
import { Emitter } from "../domain/events.ts";
import { nextStep } from "../domain/failure.ts";
import type { IdDesk } from "../ids/port.ts";
import type { Stop } from "../pipeline/stop.ts";
import { keepWarm } from "../worker/keep-warm.ts";
import { finishFirst } from "../worker/pack-watch.ts";
import { type StartupCheck, startupCheck } from "../worker/startup-check.ts";
import { startAdmin } from "./admin.ts";
import { WorkerDesk } from "./desk.ts";
import { exitCodeOf } from "./exit-code.ts";
import { unaskedText } from "./find-lanes.ts";
import { packLines } from "./pack-lines.ts";
import { messageRemover } from "./remove-message.ts";
import { Session } from "./session.ts";
import { type EarlyListener, toldEarly } from "./told-early.ts";

export interface OpenWorkerOptions {
  readonly config: WorkerConfig;
  readonly options: RunOptions;
  /** Takes the secrets of `config` out of a text. */
  readonly redact: (text: string) => string;
  /** Whether the far ends are stand-ins. */
  readonly sandbox: boolean;
  /** Hears what is to be told while the ledger is opened, when nobody listens to {@link Worker.events} yet. */
  readonly early?: EarlyListener | undefined;
  /** Of prewarm, for the admin server. */
  readonly version: string;
}

/** What others read of who holds the ledger. */
const COMMAND = "prewarm worker";

/** One worker: the ledger that it holds, its connections, its admin server, its events and the way to stop it. */
export class Worker {
  readonly #given: OpenWorkerOptions;
  readonly #shared: WorkerLedger["shared"];
  readonly #session: Session;
  readonly #ids: IdDesk;
  readonly #desk: WorkerDesk;
  #admin: AdminServer | null = null;
  #listening: Awaited<ReturnType<typeof listenBeside>> = null;
  #endDrain = () => {};

  /** Takes the ledger, or throws a LedgerError that says who has it. */
  static async open(given: OpenWorkerOptions): Promise<Worker> {
    const events = new Emitter();
    const told = toldEarly(events, given.early);
    const ledger = await openWorkerLedger(given.config, { command: COMMAND, tell: told.tell });
    told.end();
    try {
      const config = await withPlatformLanes(given.config, ledger.ledger);
      return new Worker({ ...given, config }, ledger, connectWorker(config, given.redact), events);
    } catch (error) {
      await ledger.ledger.close();
      throw error;
    }
  }

  private constructor(
    given: OpenWorkerOptions,
    { ledger, shared }: WorkerLedger,
    connections: WorkerConnections,
    events: Emitter,
  ) {
    const { config, sandbox } = given;
    const session = new Session({ config, ledger, connections, events, sandbox, drain: config.drain });
    this.#given = given;
    this.#shared = shared;
    this.#session = session;
    this.#ids = openIdDesk(config, (text) => session.warn(text));
    this.#desk = new WorkerDesk(session, connections.cache, this.#ids, fleetViewOf(shared));
    // After a signal, what was accepted is finished, but not for ever.
    session.events.on("stopping", ({ type }) => {
      if (type === "signal") this.#endDrain = this.clock.after(config.drain, () => this.stop.abort());
    });
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

  /** Where its admin server is reached, by the words of whoever speaks of it; a page has buttons instead. */
  get adviser(): Adviser {
    return this.#admin ?? "page";
  }

  /** Works until it is stopped, and returns the exit code. Throws ConfigError and LedgerError. */
  async toEnd(): Promise<number> {
    await this.#session.unlessAway(async () => {
      const found = await this.#enter();
      if (found) await this.#keep(found);
    });
    return exitCodeOf({ cause: this.stop.cause, bad: 0, botsOut: [] });
  }

  async close(): Promise<void> {
    this.#endDrain();
    await this.#admin?.close();
    await this.#listening?.close();
    await this.#ids.close();
    await this.#shared?.engine.close();
    await this.#session.close();
  }

  /** Null when the worker was stopped meanwhile. */
  async #enter(): Promise<StartupCheck | null> {
    const { config, version } = this.#given;
    const { connections, ledger } = this.#session;
    await this.#session.checkWorld();
    const admin = await startAdmin({ config, version, connections, events: this.events, view: this.#desk });
    this.#admin = admin;
    this.events.emit("notice", { level: "info", text: `status page and admin API on ${admin.url}/` });
    // It is no word about whose ledger it is, and whoever is refused while lanes are tried wants to know it.
    await ledger.announce?.({ admin: admin.url, guarded: admin.guarded ? "1" : "0" });
    const found = await unlessAborted(this.#look(), this.stop.draining);
    if (!found || this.stop.cause !== null) return null;
    await this.#tellUnknown(await this.#session.claim({ quiet: true, lanes: found.lanes }));
    return found;
  }

  /** Rows that this worker leaves alone, also those of calls that a dead process left. */
  async #tellUnknown(dead: number): Promise<void> {
    const { ledger } = this.#session;
    const bots = this.#given.config.bots.map(({ slug }) => slug);
    let count = 0;
    for await (const page of ledger.select(["unknown"], { bots })) count += page.length;
    if (count === 0) return;
    const rows = count === 1 ? "1 row is unknown" : `${count} rows are unknown`;
    const calls = dead === 0 ? "" : `, ${dead} of them by calls of a process that died`;
    this.#session.warn(
      `${rows}${calls}: they may have been posted; ${nextStep("process_died", this.adviser)}`,
    );
  }

  /** Ends the worker for what no waiting mends. */
  async #look(): Promise<StartupCheck> {
    const { clock, storage } = this.#session.connections;
    const wishes = await this.#session.wishes();
    const found = await startupCheck(wishes, () => storage.check(), clock);
    if (found.fatal) await this.#session.rememberOut(found.lanes);
    if (found.fatal) this.stop.drain({ type: "denied", failure: found.fatal });
    else
      for (const { bot, chat, closed, unasked } of found.lanes)
        if (unasked) this.#session.warn(unaskedText(bot.slug, chat.id, unasked));
        else if (closed)
          this.#session.warn(`lane ${bot.slug} x ${chat.id} is out for now: ${closed.message}`);
    return found;
  }

  async #keep(found: StartupCheck): Promise<void> {
    const { config, options } = this.#given;
    const { ledger, connections, events, stop, tally } = this.#session;
    const remove = options.deleteAfter ? messageRemover(connections, events, stop.draining) : null;
    const keeping = await openKeeping({
      config,
      options,
      found,
      ledger,
      connections,
      events,
      stop,
      remove,
      desk: this.#desk,
      fleet: this.#fleet(),
    });
    this.#desk.opens(keeping);
    events.emit("started", {
      command: COMMAND,
      lanes: found.lanes.length,
      concurrency: config.concurrency,
      ledger: ledger.place,
    });
    for (const text of packLines(keeping.packing.words())) events.emit("notice", { level: "info", text });
    const tell = (text: string) => this.#session.warn(text);
    this.#listening = await listenBeside(config, { onWork: () => keeping.asked.ring(), tell });
    const packWatch = await finishFirst(keeping.packing.finish, connections.clock);
    await keepWarm(keeping.dispatcher, [...keeping.watches, packWatch], keeping.breaker, stop);
    await keeping.end();
    await keeping.lanes.rememberAll();
    await ledger.keepMeasures(tally.measures());
  }

  #fleet(): FleetParts | null {
    if (this.#shared === null) return null;
    const { version, config } = this.#given;
    const bots = config.bots.map(({ slug }) => slug);
    const how = () => {
      const { active, recentPerMinute: perMinute } = this.#desk.snapshot();
      return { version, places: config.concurrency, active, perMinute, bots };
    };
    return { ...this.#shared, how, works: (works) => this.#desk.control(works ? "start" : "stop") };
  }
}

function fleetViewOf(shared: WorkerLedger["shared"]): FleetView | null {
  if (shared === null) return null;
  const { fleet, worker: id } = shared;
  return { id, workers: () => fleet.workers(), tell: (action, whom) => fleet.tell(action, whom) };
}
