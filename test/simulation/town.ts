import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { openLedger } from "../../src/compose/connect.ts";
import { connectWorker } from "../../src/compose/connect-worker.ts";
import { openKeeping } from "../../src/compose/worker.ts";
import { readRunOptions } from "../../src/config/run-options.ts";
import { loadWorkerConfig, type WorkerConfig } from "../../src/config/worker-config.ts";
import type { Entry } from "../../src/domain/entry.ts";
import { Emitter } from "../../src/domain/events.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { Stop } from "../../src/pipeline/stop.ts";
import { Session } from "../../src/runs/session.ts";
import type { ChatOptions } from "../../src/sandbox/bot-api/options.ts";
import { type BotApiServer, startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import type { R2Fault } from "../../src/sandbox/r2/faults.ts";
import { type R2Server, startR2Server } from "../../src/sandbox/r2/server.ts";
import { keepWarm } from "../../src/worker/keep-warm.ts";
import { startupCheck } from "../../src/worker/startup-check.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { Traffic } from "../helpers/traffic.ts";
import { Gate } from "./gate.ts";
import { type Death, Life } from "./life.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Two bots, one channel between them, with limits that nobody tells the worker. */
export const BOTS = [
  { slug: "alpha", id: "7000001", chats: [-1001, -1002, -1003] },
  { slug: "beta", id: "7000002", chats: [-1002, -1004] },
] as const;

const CHATS: readonly ChatOptions[] = [
  { id: -1001, type: "channel", title: "one", limits: { model: "token_bucket", rate: 30, burst: 3 } },
  {
    id: -1002,
    type: "channel",
    title: "both",
    limits: { model: "sliding_minute", rate: 20, absorbMs: 4_000 },
  },
  { id: -1003, type: "channel", title: "strict", limits: { model: "fixed_window", rate: 14, absorbMs: 0 } },
  { id: -1004, type: "supergroup", title: "two", limits: { model: "token_bucket", rate: 40, burst: 2 } },
];
const BUCKET = "media";
const KEY_PAIR = { accessKeyId: "0123456789abcdef0123456789abcdef", secretAccessKey: "secret-of-the-town" };

/** An object that is there now. */
export interface Thing {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  readonly sha256: string;
}

type Row = Record<string, string | number | null>;

/** A worker that is alive. */
interface Worker {
  readonly life: Life;
  readonly stop: Stop;
  readonly ended: Promise<void>;
  /** As the admin server does it: into the ledger, then told. */
  readonly enqueue: (entries: readonly Entry[]) => Promise<void>;
}

/** A bucket, Telegram, and a worker between them that may die, all on one virtual clock. */
export class Town {
  readonly clock: VirtualClock;
  readonly traffic: Traffic;
  readonly dir = mkdtempSync(join(tmpdir(), "prewarm-day-"));
  readonly things = new Map<string, Thing>();
  /** Every content that there ever was, by its hash. */
  readonly past = new Map<string, Thing>();
  /** What was asked for by name and taken. */
  readonly asked: string[] = [];
  /** Moments at which a worker died. */
  readonly deaths: number[] = [];
  /** What ended a worker that nobody had stopped, and what listeners threw. */
  readonly surprises: unknown[] = [];
  readonly servers: { readonly r2: R2Server; readonly botApi: BotApiServer };
  readonly gates: { readonly r2: Gate; readonly botApi: Gate };
  readonly faults: { r2: R2Fault | undefined };
  worker: Worker | null = null;
  #config: WorkerConfig | undefined;

  static async open(seed: number): Promise<Town> {
    const clock = new VirtualClock({ now: 0, wall: Date.UTC(2026, 0, 31) });
    const traffic = new Traffic();
    const faults: Town["faults"] = { r2: undefined };
    const r2 = await startR2Server({ ...KEY_PAIR, buckets: [BUCKET], faults: () => faults.r2 });
    const botApi = await startBotApiServer({
      bots: BOTS.map(({ slug, id }) => ({ token: `${id}:${slug}-secret`, username: `${slug}_bot` })),
      chats: CHATS,
      profile: "documented",
      uploadLatencyMs: [150, 900],
      clock: traffic.clockOf(clock),
      seed,
    });
    const gates = { r2: await Gate.open(r2.url), botApi: await Gate.open(botApi.url) };
    return new Town({ clock, traffic, faults, gates, servers: { r2, botApi } });
  }

  private constructor(parts: Pick<Town, "clock" | "traffic" | "faults" | "gates" | "servers">) {
    this.clock = parts.clock;
    this.traffic = parts.traffic;
    this.faults = parts.faults;
    this.gates = parts.gates;
    this.servers = parts.servers;
  }

  put(key: string, content: string): void {
    const hash = (name: string) => createHash(name).update(content).digest("hex");
    const thing = { key, etag: hash("md5"), bytes: Buffer.byteLength(content), sha256: hash("sha256") };
    const contentType = key.endsWith(".pdf") ? "application/pdf" : "application/octet-stream";
    this.servers.r2.put(BUCKET, key, Buffer.from(content), { contentType });
    this.things.set(key, thing);
    this.past.set(thing.sha256, thing);
  }

  remove(key: string): void {
    this.servers.r2.delete(BUCKET, key);
    this.things.delete(key);
  }

  /** Lets time pass until `end`, no faster than what happens in it. */
  async live(end: number): Promise<void> {
    await this.traffic.live(this.clock, end);
  }

  /** Starts a worker in the background; `death` says when it is to die, if it is. */
  start(death: Death | null = null): void {
    const begun = this.#begin(death).catch((error: unknown) => this.surprises.push(error));
    void this.traffic.track(begun);
  }

  /** SIGKILL. */
  kill(): void {
    this.worker?.life.end();
  }

  /** SIGTERM; resolves when it has ended by itself, which takes time of the clock. */
  async stopWorker(): Promise<void> {
    const { worker } = this;
    worker?.stop.drain({ type: "signal", signal: "SIGTERM" });
    await worker?.ended;
  }

  /** Asks for these by name; what is answered counts as accepted. No answer comes from a worker that dies. */
  enqueue(keys: readonly string[]): void {
    void this.worker?.enqueue(keys.map((key) => ({ key }))).then(() => this.asked.push(...keys));
  }

  /** Reads or writes the ledger as others do. */
  sql(statement: string, params: Row = {}): Row[] {
    const db = new Libsql(join(this.dir, "prewarm.db"), { timeout: 5_000 });
    try {
      return db.prepare(statement).all(params) as Row[];
    } finally {
      db.close();
    }
  }

  async close(): Promise<void> {
    this.kill();
    await this.traffic.calm();
    await Promise.all([this.gates.r2.shut(), this.gates.botApi.shut()]);
    await Promise.all([this.servers.r2.close(), this.servers.botApi.close()]);
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #begin(death: Death | null): Promise<void> {
    this.#config ??= this.#configure();
    const config = this.#config;
    const raw = await openLedger(config, {
      command: "prewarm worker",
      onlyPlan: false,
      now: () => this.clock.wall(),
    });
    let close = async () => {};
    const life = new Life(this.traffic, () => {
      // One that had been stopped before has nothing left to die of.
      if (this.worker?.life !== life) return;
      this.deaths.push(this.clock.now());
      this.worker = null;
      void this.traffic.track(close());
    });
    life.death = death;
    const connections = connectWorker(config, (text) => text, life.clock(this.clock));
    close = async () => {
      await connections.close();
      await raw.close();
    };
    const mortal = {
      ...connections,
      storage: life.port(connections.storage),
      bots: connections.bots.map(({ bot, chats }) => ({ bot: life.port(bot), chats })),
    };
    this.#run(config, life, life.port(raw), mortal, () => close());
  }

  #run(
    config: WorkerConfig,
    life: Life,
    ledger: Awaited<ReturnType<typeof openLedger>>,
    connections: ReturnType<typeof connectWorker>,
    close: () => Promise<void>,
  ): void {
    const events = new Emitter((error) => this.surprises.push(error));
    const session = new Session({ config, ledger, connections, events, sandbox: false });
    const { stop } = session;
    let ring = () => {};
    const work = async () => {
      const wishes = await session.wishes();
      const found = await startupCheck(wishes, () => connections.storage.check(), connections.clock);
      if (found.fatal) throw new Error(found.fatal.message);
      await session.claim({ quiet: false });
      const options = readRunOptions({ prefix: "media/" });
      const desk = { running: true };
      const keeping = await openKeeping({
        ...{ config, options, found, ledger, connections, events, stop, desk },
        remove: null,
        fleet: null,
      });
      ring = () => keeping.asked.ring();
      await keepWarm(keeping.dispatcher, keeping.watches, keeping.breaker, stop);
      keeping.lanes.rememberAll();
    };
    const ended = work()
      .catch((error: unknown) => this.surprises.push(error))
      .then(() => {
        if (this.worker?.life !== life) return;
        this.worker = null;
        return this.traffic.track(close());
      });
    const enqueue = async (entries: readonly Entry[]) => {
      await ledger.enqueue(entries);
      ring();
    };
    this.worker = { life, stop, ended, enqueue };
  }

  #configure(): WorkerConfig {
    const env = {
      R2_ENDPOINT: this.gates.r2.url,
      R2_BUCKET: BUCKET,
      R2_ACCESS_KEY_ID: KEY_PAIR.accessKeyId,
      R2_SECRET_ACCESS_KEY: KEY_PAIR.secretAccessKey,
      TELEGRAM_API_ROOT: this.gates.botApi.url,
      PREWARM_LEDGER: `sqlite:${join(this.dir, "prewarm.db")}`,
      MEDIA_PREWARM_INTERVAL_MS: "20000",
      PREWARM_LIST_INTERVAL: "10m",
      MEDIA_PREWARM_MAX_QUEUE: "60",
      MEDIA_PREWARM_CONCURRENCY: "6",
    };
    const config = loadWorkerConfig(
      {},
      { ...env, TELEGRAM_BOT_TOKEN: `${BOTS[0].id}:alpha-secret`, WARMUP_CHAT_ID: "-1" },
      null,
    );

    const bots = BOTS.map(({ slug, id, chats }) => ({
      slug,
      token: new Secret(`${id}:${slug}-secret`),
      tokenName: "TELEGRAM_BOT_TOKEN",
      chats: chats.map(String),
    }));
    return { ...config, bots };
  }
}
