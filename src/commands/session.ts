import { type Connections, connect, identityOf, openLanes, openLedger, transfersOf } from "../compose.ts";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import { Emitter } from "../domain/events.ts";
import type { Ledger } from "../ledgers/port.ts";
import { Bell } from "../pipeline/bell.ts";
import { exitCodeOf } from "../pipeline/exit-code.ts";
import { type LaneFound, preflight } from "../pipeline/preflight.ts";
import { prewarm } from "../pipeline/prewarm.ts";
import { Stop, watchFailures } from "../pipeline/stop.ts";
import { Tally } from "../pipeline/tally.ts";
import { Pool } from "../queue/pool.ts";
import { WorkQueue } from "../queue/work-queue.ts";
import { dryRun } from "./dry-run.ts";
import { Output } from "./output.ts";
import { planOptionsOf } from "./plan-options.ts";
import type { RunOptions } from "./run-options.ts";
import { watchSignals } from "./signals.ts";

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
    const ledger = await openLedger(given.config, "prewarm run");
    return new Session(given, ledger);
  }

  private constructor(given: SessionOptions, ledger: Ledger) {
    this.#given = given;
    this.#ledger = ledger;
    this.#connections = connect(given.config, given.redact);
    this.#tally = new Tally(this.#events, this.#connections.clock);
    this.#output = new Output({ ...given, events: this.#events, tally: this.#tally });
  }

  /** Runs to the end and answers the exit code. Throws ConfigError and LedgerError. */
  async run(): Promise<number> {
    await this.#claimLedger();
    const { config, options } = this.#given;
    await this.#output.open(options.failedTo, this.#connections.clock.scale);
    const unwatch = watchSignals(this.#stop);
    const { clock } = this.#connections;
    const timeout = new AbortController();
    try {
      const found = await this.#lanes();
      this.#events.emit("started", {
        command: "prewarm run",
        lanes: found.length,
        concurrency: config.concurrency,
        ledger: this.#ledger.place,
      });
      if (options.maxDuration !== undefined)
        void clock.sleep(options.maxDuration, timeout.signal).then(() => {
          if (!timeout.signal.aborted) this.#stop.drain({ type: "duration" });
        });
      if (this.#stop.cause === null) await (options.dryRun ? this.#plan(found) : this.#warm(found));
    } finally {
      timeout.abort();
      unwatch();
    }
    return this.#end();
  }

  async close(): Promise<void> {
    await this.#output.close();
    await this.#connections.close();
    await this.#ledger.close();
  }

  async #claimLedger(): Promise<void> {
    const { config, sandbox } = this.#given;
    const same = await this.#ledger.identify(identityOf(config, sandbox));
    if (!same.ok) throw new ConfigError([same.failure.message]);
    const dead = this.#given.options.dryRun ? 0 : await this.#ledger.recover();
    if (dead > 0)
      this.#output.later(
        `${dead} calls of a run that died may have been posted: they are now unknown (prewarm run --only unknown)`,
      );
  }

  /** Tries lanes and bucket side by side; a run that cannot send to any lane stops here. */
  async #lanes(): Promise<readonly LaneFound[]> {
    const { options } = this.#given;
    const wishes = this.#connections.bots.flatMap(({ bot, chats }) => chats.map((chat) => ({ bot, chat })));
    if (!options.preflight)
      return wishes.map(({ bot, chat }) => ({ bot, chat: { id: chat, type: typeOf(chat), title: chat } }));
    const listed = options.manifest === null && options.only === null;
    const [lanes, bucket] = await Promise.all([
      preflight(wishes),
      listed ? null : this.#connections.storage.check(),
    ]);
    const only = wishes.length === 1;
    for (const { wish, failure } of lanes.refused)
      if (!only)
        this.#events.emit("notice", {
          level: "warn",
          text: `lane ${wish.bot.slug} x ${wish.chat} is out: ${failure.message}`,
        });
    const first = lanes.refused[0];
    if (lanes.open.length === 0 && first) this.#stop.drain({ type: "no_lane", failure: first.failure });
    else if (bucket && !bucket.ok && bucket.failure.class === "auth")
      this.#stop.drain({ type: "denied", failure: bucket.failure });
    return lanes.open;
  }

  async #warm(found: readonly LaneFound[]): Promise<void> {
    const { config, options } = this.#given;
    const { clock, storage } = this.#connections;
    const events = this.#events;
    const bell = new Bell();
    const notice = (text: string) => events.emit("notice", { level: "info", text });
    const transfers = transfersOf(config, storage, options.transfer, notice);
    const queue = new WorkQueue({ capacity: config.maxQueue, order: options.order, wall: clock.wall });
    const pool = new Pool(config.concurrency);
    const lanes = await openLanes({
      config,
      clock,
      events,
      ledger: this.#ledger,
      found,
      changed: () => bell.ring(),
    });
    const plan = planOptionsOf({ ...this.#given, transfers, ledger: this.#ledger, storage, clock, found });
    this.#tally.watch({ depth: () => queue.length, active: () => pool.active });
    watchFailures(events, this.#stop, { maxFailures: options.maxFailures });
    await prewarm({
      clock,
      events,
      lanes,
      transfers,
      queue,
      pool,
      bell,
      plan,
      ledger: this.#ledger,
      stop: this.#stop,
      draining: this.#stop.draining,
      aborting: this.#stop.aborting,
      limit: options.limit,
      retries: options.retries,
      mode: options.transfer,
      random: Math.random,
      open: (bot, kind) => lanes.isOpen(bot, kind),
      botsOf: (task) => (task.entry.bot === undefined ? plan.bots : [task.bot]),
      remove: options.deleteAfter
        ? (bot, stored) => this.#remove(bot, stored.chatId, stored.messageId)
        : null,
    });
  }

  async #plan(found: readonly LaneFound[]): Promise<void> {
    const { config, options } = this.#given;
    const { clock, storage } = this.#connections;
    const transfers = transfersOf(config, storage, options.transfer, () => {});
    const plan = planOptionsOf({ ...this.#given, transfers, ledger: this.#ledger, storage, clock, found });
    await dryRun({
      plan,
      config,
      found,
      limit: options.limit,
      stop: this.#stop,
      events: this.#events,
      output: this.#output,
    });
  }

  async #remove(slug: string, chat: string | null, message: number | null): Promise<void> {
    const owner = this.#connections.bots.find(({ bot }) => bot.slug === slug);
    if (!owner || chat === null || message === null) return;
    const removed = await owner.bot.deleteMessage(chat, message);
    if (!removed.ok)
      this.#events.emit("notice", {
        level: "warn",
        text: `message ${message} in ${chat} stays: ${removed.failure.message}`,
      });
  }

  async #end(): Promise<number> {
    const { counts } = this.#tally.snapshot();
    const exitCode = exitCodeOf({ cause: this.#stop.cause, bad: counts.failed + counts.unknown });
    await this.#output.end(exitCode, this.#stop.cause !== null);
    return exitCode;
  }
}

/** Channels and groups have negative ids (core.telegram.org/bots/api#chat); an @username is a channel's or supergroup's. */
function typeOf(chat: string): "private" | "channel" {
  return /^\d+$/.test(chat) ? "private" : "channel";
}
