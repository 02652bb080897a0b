import type { AdminServer } from "../admin/server.ts";
import { openLedger } from "../compose/connect.ts";
import { connectWorker, type WorkerConnections } from "../compose/connect-worker.ts";
import { openKeeping } from "../compose/worker.ts";
import { ConfigError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { WorkerConfig } from "../config/worker-config.ts";
import { unlessAborted } from "../domain/abort.ts";
import { Emitter } from "../domain/events.ts";
import { Tally } from "../figures/tally.ts";
import type { Ledger } from "../ledgers/port.ts";
import { Stop } from "../pipeline/stop.ts";
import type { Reporter } from "../reporters/reporter.ts";
import { exitCodeOf } from "../runs/exit-code.ts";
import { stopOnSignals } from "../runs/signals.ts";
import { type FirstLook, firstLook } from "../worker/first-look.ts";
import { keepWarm } from "../worker/keep-warm.ts";
import { announceListing } from "./announce-listing.ts";
import { claimLedger } from "./claim-ledger.ts";
import { followMoves } from "./find-lanes.ts";
import { messageRemover } from "./remove-message.ts";
import { startAdmin } from "./worker-admin.ts";
import { WorkerDesk } from "./worker-desk.ts";
import { openWorkerLog } from "./worker-log.ts";

export interface WorkerSessionOptions {
  readonly config: WorkerConfig;
  readonly options: RunOptions;
  readonly flags: Flags;
  readonly redact: (text: string) => string;
  readonly sandbox: boolean;
  readonly version: string;
}

/** One worker from its first word to its exit code. */
export class WorkerSession {
  readonly #given: WorkerSessionOptions;
  readonly #ledger: Ledger;
  readonly #connections: WorkerConnections;
  readonly #events = new Emitter();
  readonly #stop = new Stop(this.#events);
  readonly #tally: Tally;
  readonly #log: Reporter;
  readonly #desk: WorkerDesk;
  #admin: AdminServer | null = null;

  /** Takes the ledger, or throws a LedgerError that says who has it. */
  static async open(given: WorkerSessionOptions): Promise<WorkerSession> {
    return new WorkerSession(given, await openLedger(given.config, "prewarm worker", false));
  }

  private constructor(given: WorkerSessionOptions, ledger: Ledger) {
    const { config, redact } = given;
    this.#given = given;
    this.#ledger = ledger;
    this.#connections = connectWorker(config, redact);
    const { clock, cache } = this.#connections;
    this.#tally = new Tally(this.#events, clock);
    this.#log = openWorkerLog(this.#events, { ...given, clock });
    this.#desk = new WorkerDesk({ ...given, ledger, clock, cache, events: this.#events, tally: this.#tally });
  }

  /** Works until a signal, and answers the exit code. Throws ConfigError and LedgerError. */
  async run(): Promise<number> {
    this.#boundDrain();
    const unwatch = stopOnSignals(this.#stop);
    try {
      await this.#go();
    } finally {
      unwatch();
    }
    return exitCodeOf({ cause: this.#stop.cause, bad: 0 });
  }

  async close(): Promise<void> {
    await this.#admin?.close();
    await this.#connections.close();
    await this.#ledger.close();
    await this.#log.stop();
  }

  async #go(): Promise<void> {
    const { sandbox } = this.#given;
    const world = await this.#ledger.checkWorld(sandbox);
    if (!world.ok) throw new ConfigError([world.failure.message]);
    this.#admin = await startAdmin({ ...this.#given, ...this.#parts(), view: this.#desk });
    this.#say(`status page and admin API on ${this.#admin.url}/`);
    const found = await unlessAborted(this.#look(), this.#stop.draining);
    if (!found || this.#stop.cause !== null) return;
    await claimLedger({ ...this.#given, ledger: this.#ledger, events: this.#events });
    await this.#ledger.announce?.({ admin: this.#admin.url });
    await this.#keep(found);
  }

  /** Ends the worker for what no waiting mends. */
  async #look(): Promise<FirstLook> {
    const { clock, storage } = this.#connections;
    const wishes = await followMoves({
      connections: this.#connections,
      ledger: this.#ledger,
      events: this.#events,
    });
    const found = await firstLook(wishes, () => storage.check(), clock);
    for (const { bot, chat, closed } of found.lanes) {
      const text = `lane ${bot.slug} x ${chat.id} is out for now: ${closed?.message}`;
      if (closed && !found.fatal) this.#events.emit("notice", { level: "warn", text });
    }
    if (found.fatal) this.#stop.drain({ type: "denied", failure: found.fatal });
    return found;
  }

  async #keep(found: FirstLook): Promise<void> {
    const { config, options } = this.#given;
    const remove = options.deleteAfter ? messageRemover(this.#connections, this.#events) : null;
    const keeping = await openKeeping({ config, options, found, remove, ...this.#parts() });
    this.#desk.opens(keeping);
    if (options.manifest === null) announceListing(this.#events, config.listInterval);
    this.#events.emit("started", {
      command: "prewarm worker",
      lanes: found.lanes.length,
      concurrency: config.concurrency,
      ledger: this.#ledger.place,
    });
    await keepWarm(keeping);
    keeping.lanes.rememberAll();
  }

  #say(text: string): void {
    this.#events.emit("notice", { level: "info", text });
  }

  /** After a signal, what was accepted is finished, but not for ever. */
  #boundDrain(): void {
    this.#events.on("stopping", ({ type }) => {
      if (type === "signal")
        this.#connections.clock.after(this.#given.config.drain, () => this.#stop.abort());
    });
  }

  #parts() {
    return {
      ledger: this.#ledger,
      connections: this.#connections,
      events: this.#events,
      stop: this.#stop,
      tally: this.#tally,
      desk: this.#desk,
    };
  }
}
