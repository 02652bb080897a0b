import { type Connections, identityOf } from "../compose/connect.ts";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import { onAbort } from "../domain/abort.ts";
import { toWall } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import { type Failure, nextStep } from "../domain/failure.ts";
import { Tally } from "../figures/tally.ts";
import type { LaneToOpen, LaneWish } from "../lanes/preflight.ts";
import { noteRemembered } from "../lanes/remembered-waits.ts";
import type { Wait } from "../lanes/waits.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { LaneMemory } from "../ledgers/lane-memory.ts";
import type { Ledger } from "../ledgers/port.ts";
import { Stop } from "../pipeline/stop.ts";
import { rememberLanes } from "./remember-lanes.ts";

export interface SessionOptions {
  readonly config: Config;
  /** Held by this process; closed with the session, as the connections are. */
  readonly ledger: Ledger;
  readonly connections: Connections;
  readonly events: Emitter;
  /** Whether the far ends are stand-ins. */
  readonly sandbox: boolean;
  /** Milliseconds for which a ledger that is away is waited for after a signal; 30,000 by default. */
  readonly drain?: number;
}

/** As long as a worker drains, unless it is told otherwise. */
const DRAIN_MS = 30_000;
/** What becomes of calls that were under way. */
const CALLS_LEFT = "what was under way is noted as unknown by whoever opens this ledger next";

export interface ClaimOptions {
  readonly quiet: boolean;
  /** The lanes that were tried. */
  readonly lanes?: readonly LaneToOpen[];
}

/** Whether the token of this bot was refused, or nobody was there to ask, in all its lanes. */
function isStrange(slug: string, lanes: readonly LaneToOpen[]): boolean {
  const own = lanes.filter(({ bot }) => bot.slug === slug);
  return own.length > 0 && own.every(({ closed }) => closed !== undefined && closed.class !== "chat");
}

/** What a run and a worker have in common: a ledger, connections to R2 and Telegram, events, figures, and a way to stop. */
export class Session {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly stop: Stop;
  readonly tally: Tally;
  readonly #sandbox: boolean;

  constructor({ config, ledger, connections, events, sandbox, drain = DRAIN_MS }: SessionOptions) {
    this.config = config;
    this.ledger = ledger;
    this.connections = connections;
    this.events = events;
    this.stop = new Stop(events);
    this.tally = new Tally(events, connections.clock);
    this.#sandbox = sandbox;
    connections.waits.onWait((wait) => this.#keepWait(wait));
    events.on("stopping", ({ type }) => {
      if (type === "signal") ledger.hurry?.(drain / connections.clock.scale);
    });
    onAbort(this.stop.aborting, () => ledger.hurry?.(0));
  }

  /**
   * Warns of what the configuration probably does not mean. Throws ConfigError for a sandbox's ledger in a real run, and for a
   * real one in a sandbox. Writes nothing.
   */
  async checkWorld(): Promise<void> {
    for (const { text, next } of this.config.warnings)
      this.warn(next === null ? text : `${text}${text.endsWith("?") ? "" : ";"} ${next}`);
    if (this.ledger.caution) this.warn(this.ledger.caution);
    const world = await this.ledger.checkWorld(this.#sandbox);
    if (!world.ok) throw strangerError(world.failure);
  }

  /**
   * All configured lanes; chats that are known from earlier runs to have become others are called by their new id. Waits that
   * an earlier process was told hold on.
   */
  async wishes(): Promise<LaneWish[]> {
    const memories = await this.ledger.lanes();
    const wishes = this.#followMoves(memories);
    const named = wishes.map(({ bot, chat }) => ({ bot: bot.slug, chat }));
    noteRemembered(this.connections.waits, named, memories, this.connections.clock);
    return wishes;
  }

  #followMoves(memories: readonly LaneMemory[]): LaneWish[] {
    return this.connections.bots.flatMap(({ bot, chats }) =>
      chats.map((chat) => {
        const to = memories.find((memory) => memory.bot === bot.slug && memory.chat === chat)?.migratedTo;
        if (!to) return { bot, chat };
        this.warn(
          `lane ${bot.slug} x ${chat} became ${to} in an earlier run: put the new id into your configuration`,
        );
        return { bot, chat: to };
      }),
    );
  }

  /**
   * Remembers whose ledger this is, or throws ConfigError for a stranger; calls that a dead process left under way become
   * `unknown`; how many is returned, and reported unless `quiet`. To be called once bots and bucket are known to be right, so
   * that a mistake is not what a new ledger remembers: a bot that none of `lanes` shows to be what its token says is left out.
   */
  async claim({ quiet, lanes = [] }: ClaimOptions): Promise<number> {
    const identity = identityOf(this.config, this.#sandbox);
    const bots = identity.bots.filter(({ slug }) => !isStrange(slug, lanes));
    const same = await this.ledger.identify({ ...identity, bots });
    if (!same.ok) throw strangerError(same.failure);
    const { ledger, events, connections } = this;
    await rememberLanes(lanes, { ledger, events, now: () => connections.clock.wall() });
    const dead = await this.ledger.recover();
    if (dead > 0 && !quiet) this.warn(`${deadWords(dead)} now unknown (\`prewarm run --only unknown\`)`);
    return dead;
  }

  /** Writes down why lanes are out that a run ends for before it claims its ledger; a new ledger learns nothing. */
  async rememberOut(lanes: readonly LaneToOpen[]): Promise<void> {
    const { ledger, events, connections } = this;
    const known = new Set((await ledger.lanes()).map(({ bot }) => bot));
    const told = lanes.filter(({ bot, closed }) => known.has(bot.slug) && closed?.class === "chat");
    if (told.length > 0) await rememberLanes(told, { ledger, events, now: () => connections.clock.wall() });
  }

  /** A ledger that breaks shows at the next attempt, where it stops the run. */
  #keepWait({ bot, chat, until }: Wait): void {
    const { bots, clock } = this.connections;
    const all = bots.find((each) => each.bot.slug === bot)?.chats ?? [];
    for (const each of chat === null ? all : [chat])
      void this.ledger.freezeLane({ bot, chat: each, until: toWall(clock, until) }).catch(() => {});
    // Others may know a chat by another name by now.
    if (chat === null)
      void this.ledger.shared?.freezeBot(bot, (until - clock.now()) / clock.scale).catch(() => {});
  }

  /** Emits a warning for people. */
  warn(text: string): void {
    this.events.emit("notice", { level: "warn", text });
  }

  /**
   * Does the work of a command. A ledger that is away when a signal ends it is no error: it is told, with what becomes of the work
   * (`left`), and null returned.
   */
  async unlessAway<T>(work: () => Promise<T>, left = CALLS_LEFT): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof LedgerError && error.fault === "away";
      if (!isAway || this.stop.cause?.type !== "signal") throw error;
      this.warn(`${error.message}: not waited for any longer; ${left}`);
      return null;
    }
  }

  async close(): Promise<void> {
    try {
      await this.connections.close();
    } finally {
      await this.ledger.close();
    }
  }
}

/** A ledger that belongs to somebody else: whose it is, and what to do. */
function strangerError({ message, reason }: Failure): ConfigError {
  return new ConfigError([`${message}. Next: ${nextStep(reason)}`]);
}

function deadWords(calls: number): string {
  return calls === 1
    ? "1 call of a run that died may have posted its message: it is"
    : `${calls} calls of a run that died may have posted their messages: they are`;
}
