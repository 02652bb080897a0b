import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Bell } from "../../src/domain/bell.ts";
import { ByteBudget } from "../../src/domain/byte-budget.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { provisionalId } from "../../src/domain/content.ts";
import { Emitter, type EventMap, type EventName } from "../../src/domain/events.ts";
import type { Failure } from "../../src/domain/failure.ts";
import { failed, ok, type Result } from "../../src/domain/result.ts";
import type { Task } from "../../src/domain/task.ts";
import { Lane } from "../../src/lanes/lane.ts";
import { Lanes } from "../../src/lanes/lanes.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import type { Pace } from "../../src/lanes/port.ts";
import type { Ledger, StoredId } from "../../src/ledgers/port.ts";
import { Sqlite } from "../../src/ledgers/sqlite/adapter.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { Attempts } from "../../src/pipeline/attempt.ts";
import { InFlight } from "../../src/pipeline/claims.ts";
import { Dispatcher } from "../../src/pipeline/dispatch.ts";
import type { DispatchPolicy } from "../../src/pipeline/dispatch-policy.ts";
import { Intake } from "../../src/pipeline/intake.ts";
import { OwnAnswers } from "../../src/pipeline/own-answers.ts";
import type { PlanRules } from "../../src/pipeline/plan.ts";
import { ReadAhead } from "../../src/pipeline/read-ahead.ts";
import { Settlement } from "../../src/pipeline/settle.ts";
import { Stop } from "../../src/pipeline/stop.ts";
import { TaskRunner } from "../../src/pipeline/task-runner.ts";
import { Pool } from "../../src/queue/pool.ts";
import { WorkQueue } from "../../src/queue/work-queue.ts";
import { type BotApiServer, startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { parseFaults } from "../../src/sandbox/fault-rules.ts";
import type { Storage } from "../../src/storage/port.ts";
import type { Bot } from "../../src/telegram/port.ts";
import { heldBytes } from "../../src/transfers/held-body.ts";
import type { Prepared, Transfers } from "../../src/transfers/port.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { etagOf } from "../helpers/etag.ts";
import { Traffic } from "../helpers/traffic.ts";
import { botAt, TOKEN } from "../telegram/scripted-server.ts";

/** A storage that is never asked: tests hand over all that is known of an object. */
const NO_BUCKET = {} as Storage;

/** Objects off a shelf instead of out of a bucket: each read is noted, and may take time or fail. */
class Shelf implements Transfers {
  readonly mode = "auto";
  /** Keys in the order in which they were read. */
  readonly reads: string[] = [];
  /** Milliseconds of the clock that a read takes. */
  readMs = 0;
  /** Reads of these keys fail. */
  readonly broken = new Map<string, Failure>();
  /** Hashes that are known once their object was read. */
  readonly hashes = new Map<string, string>();
  /** Set for objects that Telegram is to fetch itself, from here. */
  url: string | null = null;
  /** Keys of which what was opened was given back. */
  readonly dropped: string[] = [];
  readonly forgotten: string[] = [];
  readonly urlResults: (Failure | null)[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async prepare({ entry: { key } }: Task, signal: AbortSignal): Promise<Result<Prepared>> {
    this.reads.push(key);
    if (this.readMs > 0) await this.#clock.sleep(this.readMs, signal);
    const why = this.broken.get(key);
    if (why) return failed(why);
    const sha256 = () => this.hashes.get(key) ?? null;
    const common = { sha256, mime: null, shown: {}, drop: () => this.dropped.push(key) };
    if (this.url) return ok({ transfer: "url", request: { media: this.url }, ...common });
    const body = Buffer.from(`content of ${key}`);
    const { open, forget } = heldBytes(key, body);
    const media = { open, bytes: body.length, filename: key };
    return ok({ transfer: "upload", request: { media }, ...common, forget: () => this.#forget(key, forget) });
  }

  #forget(key: string, forget: () => void): void {
    this.forgotten.push(key);
    forget();
  }

  guess(): "url" | "upload" {
    return this.url ? "url" : "upload";
  }

  urlResult(failure: Failure | null): void {
    this.urlResults.push(failure);
  }

  wanted() {
    return {};
  }

  settings(): string {
    return "settings";
  }
}

type FaultRules = readonly { readonly match?: object; readonly fault: object }[];

export interface LineOptions {
  /** One lane each, in chats -1, -2 and so on of one bot; a single one of 60 a minute without it. */
  readonly paces?: readonly Pace[];
  /** Tasks under way at once; 5 without it. */
  readonly concurrency?: number;
  /** Bytes for what is read ahead; nothing is without it, or with 0. */
  readonly readAhead?: number;
  /** Tasks at which the queue is full; 100 without it. */
  readonly capacity?: number;
  /** Faults of the Bot API, as in a sandbox's file of faults. */
  readonly faults?: FaultRules;
  /** What a dispatcher is told, where it is not what a run says whose source has ended. */
  readonly policy?: Partial<DispatchPolicy>;
  readonly remove?: (bot: string, stored: StoredId) => Promise<void>;
  /** Stands between the line and Telegram. */
  readonly wire?: (bot: Bot) => Bot;
}

/**
 * The line of a run from the door of its queue to the ledger, with all its parts, on a clock that tests move. Telegram is
 * the sandbox; the ledger is a SQLite file of its own.
 */
export async function openLine(options: LineOptions = {}) {
  const clock = new VirtualClock({ now: 0, wall: Date.UTC(2026, 0, 31) });
  const traffic = new Traffic();
  const paces = options.paces ?? [new FixedPace(60)];
  const server = await telegram(traffic.clockOf(clock), paces.length, options.faults ?? []);
  const client = traffic.port(botAt(server.url, { clock: traffic.clockOf(clock) }));
  const bot = options.wire?.(client) ?? client;
  const { ledger, sql } = await ledgerOn(clock);
  const events = new Emitter();
  const told = recordOf(events);
  const stop = new Stop(events);
  const bell = new Bell();
  const lanes = new Lanes({
    lanes: paces.map((pace, index) => new Lane(bot, `-${index + 1}`, `chat ${index + 1}`, pace)),
    botPaces: new Map(),
    clock,
    events,
    sameSize: null,
    keep: () => {},
    migrated: () => {},
    changed: () => bell.ring(),
    noneOpen: (failure) => stop.drain({ type: "no_lane", failure }),
  });
  const transfers = new Shelf(traffic.clockOf(clock));
  const bots = [bot.slug];
  const runBots = { configured: bots, warming: bots };
  const rules: PlanRules = {
    ledger,
    clock,
    bots,
    storage: NO_BUCKET,
    settings: () => "settings",
    force: false,
    retryWeak: false,
    only: null,
    waits: false,
  };
  const { capacity = 100, concurrency = 5, remove = null } = options;
  const queue = new WorkQueue({ capacity, order: "source", wall: () => clock.wall() });
  const pool = new Pool(concurrency);
  const intake = new Intake({ clock, events, ledger, stop, queue, bell, judge: rules, runBots });
  const inFlight = new InFlight();
  const attempts = new Attempts({
    clock,
    events,
    ledger,
    transfers,
    inFlight,
    stop,
    answers: new OwnAnswers(),
    tag: () => null,
  });
  const common = { clock, events, ledger, transfers, lanes, runBots };
  const settlement = new Settlement({ ...common, retries: 3, random: () => 1, remove });
  const runner = new TaskRunner({ attempts, settlement, inFlight, lanes, events, stop });
  const budget = options.readAhead ? new ByteBudget(options.readAhead) : null;
  const changed = () => bell.ring();
  const ahead = new ReadAhead({ clock, transfers, stop, budget, wholeBytes: 1_000, changed });
  const policy: DispatchPolicy = {
    isFed: false,
    isPaused: () => false,
    withoutLane: (task) => settlement.noLane(task, { record: false }),
    ...options.policy,
  };
  const dispatcher = new Dispatcher({
    queue,
    pool,
    lanes,
    bell,
    stop,
    clock,
    events,
    policy,
    runner,
    ahead,
    intake,
  });
  const queryOf = (key: string, etag = etagOf(key)) =>
    ({ bot: bot.slug, kind: "document", entry: { key, bytes: 9, etag, seen: true } }) as const;
  const taskOf = (key: string, more: Partial<Task> = {}): Task => {
    const query = queryOf(key);
    const content = provisionalId(query.entry);
    const fresh = { replace: false, queuedAt: clock.now(), notBefore: 0, tries: 0, calls: 0 };
    return { ...query, content, ...fresh, ...more };
  };
  return {
    clock,
    server,
    ledger,
    sql,
    events,
    told,
    stop,
    bell,
    lanes,
    transfers,
    inFlight,
    rules,
    queue,
    intake,
    attempts,
    settlement,
    ahead,
    budget,
    /** What a plan asks about a document that needs nothing else. */
    queryOf,
    /** The task that a plan makes of a document of which nothing is known. */
    taskOf,
    /** Puts such a task into the queue. */
    async put(key: string, more: Partial<Task> = {}): Promise<void> {
      const task = taskOf(key, more);
      await intake.take({ type: "task", task });
    },
    /** Runs the dispatcher in the background; what it has not done by the end of the test is cut off. */
    run(): Promise<void> {
      const running = dispatcher.run();
      onTestFinished(async () => {
        stop.abort();
        await running.catch(() => {});
      });
      return running;
    },
    /** Lets time pass, no faster than what happens in it. */
    async live(ms: number): Promise<void> {
      await traffic.live(clock, clock.now() + ms);
    },
    /** Status, or why it failed, of all rows by key. */
    rows(): unknown[] {
      return sql(
        `select s.r2_key as key, coalesce(c.error_reason, c.status) as status from media_cache c
         join media_store s on s.sha256 = c.sha256 order by s.r2_key`,
      ).map(({ key, status }) => [key, status]);
    },
    /** How attempts ended, in the order in which they began. */
    attemptStates(): unknown[] {
      return sql("select state from prewarm_attempts order by id").map(({ state }) => state);
    },
  };
}

export type Line = Awaited<ReturnType<typeof openLine>>;

/** A sandbox with one bot and this many channels: -1, -2 and so on. */
async function telegram(clock: Clock, channels: number, faults: FaultRules): Promise<BotApiServer> {
  const server = await startBotApiServer({
    clock,
    bots: [{ token: TOKEN, username: "first_bot" }],
    chats: Array.from({ length: channels }, (_, index) => ({
      id: -index - 1,
      type: "channel",
      title: `chat ${index + 1}`,
    })),
    faults: parseFaults(faults.map((rule) => ({ server: "bot-api", ...rule }))),
  });
  onTestFinished(() => server.close());
  return server;
}

type Row = Record<string, string | number | null>;

async function ledgerOn(clock: Clock): Promise<{ ledger: Ledger; sql: (statement: string) => Row[] }> {
  const dir = mkdtempSync(join(tmpdir(), "prewarm-line-"));
  const path = join(dir, "prewarm.db");
  const ledger = await openSqliteLedger({ path, command: "prewarm run", now: () => clock.wall() });
  const db = new Sqlite(path, path);
  onTestFinished(async () => {
    db.leave();
    await ledger.close();
    rmSync(dir, { recursive: true });
  });
  return { ledger, sql: (statement) => db.all(statement) };
}

const RECORDED = ["attempt", "call", "queued", "retry", "item", "notice", "room", "stopping"] as const;

type Told = { readonly [N in (typeof RECORDED)[number]]: EventMap[N][] } & {
  /** Names of events in their order. */
  readonly order: EventName[];
};

function recordOf(events: Emitter): Told {
  const lists = Object.fromEntries(RECORDED.map((name) => [name, []]));
  const told = { ...lists, order: [] } as unknown as Told;
  for (const name of RECORDED)
    events.on(name, (event) => {
      (told[name] as unknown[]).push(event);
      told.order.push(name);
    });
  events.on("lane", () => told.order.push("lane"));
  return told;
}
