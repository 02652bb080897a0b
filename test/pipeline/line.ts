import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/domain/clock.ts";
import { provisionalId } from "../../src/domain/content.ts";
import { Emitter, type EventMap } from "../../src/domain/events.ts";
import type { Failure } from "../../src/domain/failure.ts";
import { failed, ok, type Result } from "../../src/domain/result.ts";
import type { Task } from "../../src/domain/task.ts";
import { Lane } from "../../src/lanes/lane.ts";
import { Lanes } from "../../src/lanes/lanes.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import type { Pace } from "../../src/lanes/port.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { Sqlite } from "../../src/ledgers/sqlite/adapter.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { Attempts } from "../../src/pipeline/attempt.ts";
import { Bell } from "../../src/pipeline/bell.ts";
import { InFlight } from "../../src/pipeline/claims.ts";
import { Dispatcher } from "../../src/pipeline/dispatch.ts";
import type { DispatchPolicy } from "../../src/pipeline/dispatch-policy.ts";
import { Intake } from "../../src/pipeline/intake.ts";
import type { PlanRules } from "../../src/pipeline/plan.ts";
import { Settlement } from "../../src/pipeline/settle.ts";
import { Stop } from "../../src/pipeline/stop.ts";
import { TaskRunner } from "../../src/pipeline/task-runner.ts";
import { Pool } from "../../src/queue/pool.ts";
import { WorkQueue } from "../../src/queue/work-queue.ts";
import { type BotApiServer, startBotApiServer } from "../../src/sandbox/bot-api/server.ts";
import { parseFaults } from "../../src/sandbox/fault-rules.ts";
import type { Storage } from "../../src/storage/port.ts";
import type { Bot } from "../../src/telegram/port.ts";
import type { Prepared, Transfers } from "../../src/transfers/port.ts";
import { botAt, TOKEN } from "../telegram/harness.ts";
import { SharedClock, Traffic } from "../worker/day/shared-clock.ts";

/** A storage that is never asked: tests hand over what is known of an object. */
const NO_BUCKET = {} as Storage;

/** Objects as they come off the shelf, without a bucket: each read is noted, and may take time or fail. */
class Shelf implements Transfers {
  readonly mode = "auto";
  /** Keys in the order in which they were read. */
  readonly reads: string[] = [];
  /** Milliseconds of the clock that a read takes. */
  readMs = 0;
  /** Reads of this key fail with this. */
  readonly broken = new Map<string, Failure>();
  /** The hash of a key, where it is known once the object was read. */
  readonly hashes = new Map<string, string>();
  /** What came of calls by URL; these are uploads, so nothing. */
  readonly urlResults: (Failure | null)[] = [];
  readonly #clock: SharedClock;

  constructor(clock: SharedClock) {
    this.#clock = clock;
  }

  async prepare({ entry: { key } }: Task, signal: AbortSignal): Promise<Result<Prepared>> {
    this.reads.push(key);
    if (this.readMs > 0) await this.#clock.sleep(this.readMs, signal);
    const why = this.broken.get(key);
    if (why) return failed(why);
    const body = Buffer.from(`content of ${key}`);
    const media = { open: async () => ok(body), bytes: body.length, filename: key };
    return ok({
      transfer: "upload",
      request: { media },
      sha256: () => this.hashes.get(key) ?? null,
      mime: null,
    });
  }

  urlResult(failure: Failure | null): void {
    this.urlResults.push(failure);
  }

  settings(): string {
    return "settings";
  }
}

export interface LineOptions {
  /** One lane each, in chats -1, -2 and so on of one bot; a single one of 60 a minute without it. */
  readonly paces?: readonly Pace[];
  /** Tasks under way at once; 5 without it. */
  readonly concurrency?: number;
  /** Faults of the Bot API, as in a sandbox's file of faults. */
  readonly faults?: readonly { readonly match?: object; readonly fault: object }[];
  readonly retries?: number;
  readonly policy?: Partial<DispatchPolicy>;
}

/** The line of a run from the door of its queue to the ledger, all real, on a clock that tests move; Telegram is the sandbox. */
export async function openLine(options: LineOptions = {}) {
  const clock = new SharedClock();
  const traffic = new Traffic();
  const paces = options.paces ?? [new FixedPace(60)];
  const server = await telegram(traffic.clockOf(clock), paces.length, options.faults ?? []);
  const bot = tracked(botAt(server.url, { clock: traffic.clockOf(clock) }), traffic);
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
    keep: () => {},
    migrated: () => {},
    sameSize: null,
    changed: () => bell.ring(),
    noneOpen: (failure) => stop.drain({ type: "no_lane", failure }),
  });
  const transfers = new Shelf(clock);
  const bots = [bot.slug];
  const runBots = { configured: bots, warming: bots };
  const rules: PlanRules = {
    ...{ ledger, clock, bots, storage: NO_BUCKET, settings: () => "settings" },
    ...{ force: false, retryWeak: false, only: null, waits: false },
  };
  const queue = new WorkQueue({ capacity: 100, order: "source", wall: () => clock.wall() });
  const pool = new Pool(options.concurrency ?? 5);
  const intake = new Intake({ clock, events, ledger, stop, queue, bell, judge: rules, runBots });
  const inFlight = new InFlight();
  const attempts = new Attempts({ clock, events, ledger, transfers, inFlight, stop });
  const settlement = new Settlement({
    ...{ clock, events, ledger, transfers, lanes, runBots },
    ...{ retries: options.retries ?? 3, random: () => 1, remove: null },
  });
  const runner = new TaskRunner({ attempts, settlement, inFlight, lanes, events, stop });
  const policy: DispatchPolicy = {
    isFed: false,
    isPaused: () => false,
    withoutLane: (task) => settlement.noLane(task, { record: false }),
    ...options.policy,
  };
  const dispatcher = new Dispatcher({
    ...{ queue, pool, lanes, bell, stop, clock, events, policy, runner, intake },
  });
  return {
    ...{ clock, server, ledger, sql, events, told, stop, bell, lanes, transfers, queue, pool, intake, rules },
    ...{ inFlight, attempts, settlement, runner, dispatcher },
    /** Puts an object into the queue, as a plan does that found nothing about it; its kind is `document`. */
    async put(key: string, more: Partial<Task> = {}): Promise<void> {
      const entry = { key, bytes: 9, etag: `etag-${key}` };
      const query = { bot: bot.slug, kind: "document", entry } as const;
      const made = { ...query, content: provisionalId(entry), replace: false, queuedAt: clock.now() };
      const task: Task = { ...made, tries: 0, calls: 0, notBefore: 0, ...more };
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
      const end = clock.now() + ms;
      do await traffic.calm();
      while (clock.step(end));
    },
  };
}

/** A sandbox with one bot and this many channels: -1, -2 and so on. */
async function telegram(
  clock: Clock,
  channels: number,
  faults: NonNullable<LineOptions["faults"]>,
): Promise<BotApiServer> {
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

/** The bot, its posts counted as what is under way. */
function tracked(bot: Bot, traffic: Traffic): Bot {
  return {
    slug: bot.slug,
    id: bot.id,
    getMe: () => bot.getMe(),
    getChat: (chat) => bot.getChat(chat),
    canPost: (chat) => bot.canPost(chat),
    send: (request) => traffic.track(bot.send(request)),
    deleteMessage: (chat, id) => bot.deleteMessage(chat, id),
  };
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

/** All events by name, in their order. */
function recordOf(events: Emitter) {
  const told = { attempt: [], call: [], lane: [], retry: [], item: [], notice: [], stopping: [] } as {
    [N in "attempt" | "call" | "lane" | "retry" | "item" | "notice" | "stopping"]: EventMap[N][];
  };
  for (const name of Object.keys(told) as (keyof typeof told)[])
    events.on(name, (event) => (told[name] as unknown[]).push(event));
  return told;
}
