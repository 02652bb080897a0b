import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { onTestFinished } from "vitest";
import { connect, openLedger } from "../../src/compose/connect.ts";
import { openProbe } from "../../src/compose/probe.ts";
import { loadConfig } from "../../src/config/config.ts";
import type { Flags } from "../../src/config/layers.ts";
import { readRunOptions } from "../../src/config/run-options.ts";
import { Emitter } from "../../src/domain/events.ts";
import type { ItemResult } from "../../src/domain/outcome.ts";
import { patienceOf } from "../../src/domain/patience.ts";
import type { Proof } from "../../src/domain/proof.ts";
import { MessageBudget } from "../../src/probe/budget.ts";
import { chosen } from "../../src/probe/choose.ts";
import { type ProbeOutcome, probe } from "../../src/probe/probe.ts";
import { findLanes } from "../../src/runs/find-lanes.ts";
import { Run } from "../../src/runs/run.ts";
import { Session } from "../../src/runs/session.ts";
import type { ChatOptions } from "../../src/sandbox/bot-api/options.ts";
import type { RichOptions } from "../../src/sandbox/bot-api/rich-options.ts";
import { type BotApiServer, startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { SAMPLE_MEDIA } from "../../src/sandbox/demo.ts";
import { type R2Server, startR2Server } from "../../src/sandbox/r2/server.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { Traffic } from "../helpers/traffic.ts";

const BUCKET = "media";
const KEY_PAIR = {
  accessKeyId: "0123456789abcdef0123456789abcdef",
  secretAccessKey: "secret-of-a-simulation",
};
const TOKEN = "7000001:first-secret";

/** How a simulated run ended. */
export interface Ran {
  readonly items: readonly ItemResult[];
  /** Why it ended before its source did; null when it did not. */
  readonly stopped: string | null;
  readonly exitCode: number;
}

/** What a simulated probe found, as `what result`, and how many messages it posted. */
export interface Probed {
  readonly found: readonly string[];
  readonly posted: number;
}

/** Of a probe. */
const MOST_MESSAGES = 150;

/** A bucket and a Bot API that both go by one virtual clock, and real runs between them: minutes take as long as their work. */
export class Simulation {
  readonly clock: VirtualClock;
  readonly botApi: BotApiServer;
  readonly #traffic: Traffic;
  readonly #r2: R2Server;
  readonly #dir = mkdtempSync(join(tmpdir(), "prewarm-simulation-"));

  /** Telegram's documented limits in these channels (below 0) and private chats; everything ends with the test. */
  static async open(chats: readonly number[], rich: Partial<RichOptions> = {}): Promise<Simulation> {
    const clock = new VirtualClock({ now: 0 });
    const traffic = new Traffic();
    const r2 = await startR2Server({ ...KEY_PAIR, buckets: [BUCKET] });
    const botApi = await startBotApiServer({
      bots: [{ token: TOKEN, username: "first_bot" }],
      chats: chats.map(
        (id): ChatOptions => ({
          id,
          type: id < 0 ? "channel" : "private",
          title: `warmup ${id}`,
          username: `warmup_${Math.abs(-2000 - id)}`,
        }),
      ),
      profile: "documented",
      rich,
      clock: traffic.clockOf(clock),
    });
    const simulation = new Simulation(clock, traffic, r2, botApi);
    onTestFinished(() => simulation.#close());
    return simulation;
  }

  private constructor(clock: VirtualClock, traffic: Traffic, r2: R2Server, botApi: BotApiServer) {
    this.clock = clock;
    this.#traffic = traffic;
    this.#r2 = r2;
    this.botApi = botApi;
  }

  /** Small documents, all different. */
  put(count: number): void {
    for (let i = 0; i < count; i++)
      this.#r2.put(BUCKET, `doc/${i}.bin`, Buffer.from(`content of ${i}`.padEnd(40 + i, ".")));
  }

  /** One object. */
  putOne(key: string, body: Uint8Array, contentType: string): void {
    this.#r2.put(BUCKET, key, body, { contentType });
  }

  /** `prewarm run` by these flags, as a process of its own would, to its end. */
  run(flags: Flags): Promise<Ran> {
    return this.#traffic.liveThrough(this.clock, this.#run(flags));
  }

  /** `prewarm probe` of these experiments in a chat, as a process of its own would, to its end. */
  probe(chat: number, ...only: readonly string[]): Promise<Probed> {
    return this.#traffic.liveThrough(this.clock, this.#probe(chat, only));
  }

  /** Calls that sent something, or tried to, in the order of their first bytes. */
  calls(chat: number) {
    return this.botApi
      .calls()
      .filter((call) => call.method.startsWith("send") && call.chat_id === String(chat));
  }

  /** Reads the ledger as others do. */
  rows(sql: string): Record<string, unknown>[] {
    const db = new Libsql(join(this.#dir, "prewarm.db"), { timeout: 5_000 });
    try {
      return db.prepare(sql).all([]) as Record<string, unknown>[];
    } finally {
      db.close();
    }
  }

  async #run(flags: Flags): Promise<Ran> {
    const options = readRunOptions(flags);
    const session = await this.#session("prewarm run", flags);
    const items: ItemResult[] = [];
    session.events.on("item", (item) => items.push(item));
    const run = new Run(session, options, "prewarm run");
    const { cause, exitCode } = await run.toEnd();
    await this.#traffic.track(run.close());
    return { items, stopped: cause?.type ?? null, exitCode };
  }

  async #probe(chat: number, only: readonly string[]): Promise<Probed> {
    const session = await this.#session("prewarm probe", { chat: [String(chat)] });
    const { config, ledger, connections, stop } = session;
    const found = await findLanes(session, { tried: true, patience: patienceOf(0, Math.random) });
    await session.claim({ quiet: true, lanes: found });
    const { draining, aborting } = stop;
    const budget = new MessageBudget(MOST_MESSAGES);
    const parts = { config, connections, ledger, found, budget, draining, aborting };
    const { places } = openProbe({ ...parts, asks: null, samples: SAMPLE_MEDIA, waiting: () => {} });
    const { clock } = this;
    const proofs: Proof[] = [];
    const listener = {
      began: () => {},
      ended: (outcome: ProbeOutcome) => void proofs.push(...outcome.proofs),
    };
    const experiments = chosen(only);
    await probe({
      places,
      experiments,
      again: false,
      ledger,
      clock,
      budget,
      draining,
      listener,
    });
    await this.#traffic.track(session.close());
    const results = new Set(proofs.map(({ what, result }) => `${what} ${result}`));
    return { found: [...results], posted: MOST_MESSAGES - budget.left };
  }

  /** What a process has that runs this command. */
  async #session(command: string, flags: Flags): Promise<Session> {
    const config = loadConfig(flags, this.#env(), null);
    const traffic = this.#traffic;
    const opened = connect(config, (text) => text, this.clock);
    const ledger = traffic.port(
      await openLedger(config, { command, onlyPlan: false, now: () => this.clock.wall() }),
    );
    const connections = {
      ...opened,
      storage: traffic.port(opened.storage),
      bots: opened.bots.map(({ bot, chats }) => ({ bot: traffic.port(bot), chats })),
    };
    const events = new Emitter((error) => {
      throw error;
    });
    return new Session({ config, ledger, connections, events, sandbox: false });
  }

  #env(): Record<string, string> {
    return {
      R2_ENDPOINT: this.#r2.url,
      R2_BUCKET: BUCKET,
      R2_ACCESS_KEY_ID: KEY_PAIR.accessKeyId,
      R2_SECRET_ACCESS_KEY: KEY_PAIR.secretAccessKey,
      TELEGRAM_API_ROOT: this.botApi.url,
      TELEGRAM_BOT_TOKEN: TOKEN,
      PREWARM_LEDGER: `sqlite:${join(this.#dir, "prewarm.db")}`,
    };
  }

  async #close(): Promise<void> {
    await Promise.all([this.#r2.close(), this.botApi.close()]);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
