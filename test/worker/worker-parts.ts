import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Bell } from "../../src/domain/bell.ts";
import type { Entry } from "../../src/domain/entry.ts";
import { Emitter, type EventMap } from "../../src/domain/events.ts";
import { type Failure, failure } from "../../src/domain/failure.ts";
import type { ItemStatus } from "../../src/domain/outcome.ts";
import type { Task } from "../../src/domain/task.ts";
import type { Lane } from "../../src/lanes/lane.ts";
import type { Lanes } from "../../src/lanes/lanes.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { Sqlite } from "../../src/ledgers/sqlite/adapter.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { Intake } from "../../src/pipeline/intake.ts";
import type { PlanRules } from "../../src/pipeline/plan.ts";
import { errorFields, itemResult } from "../../src/pipeline/results.ts";
import { Stop } from "../../src/pipeline/stop.ts";
import { WorkQueue } from "../../src/queue/work-queue.ts";
import type { Source } from "../../src/sources/port.ts";
import type { Storage } from "../../src/storage/port.ts";
import { BotAvailability } from "../../src/worker/bot-availability.ts";
import type { VirtualClock } from "../helpers/clock.ts";
import { etagOf } from "../helpers/etag.ts";
import { lane, scene } from "../lanes/clocked-lanes.ts";

export const AWAY = failure("r2_unavailable", "r2 said 503");
export const LOST = failure("server_error", "telegram said 502");

export const NO_BUCKET: Storage = {
  async *list() {},
  check: async () => ({ ok: false, failure: AWAY }),
  head: async () => ({ ok: false, failure: AWAY }),
  open: async () => ({ ok: false, failure: AWAY }),
  presign: () => "",
  close: async () => {},
};

type Told = { [N in keyof EventMap]: EventMap[N][] };

/** The parts around one part of a worker: a real ledger, queue and lanes on a virtual clock; nothing is sent. */
export class WorkerParts {
  readonly clock: VirtualClock;
  readonly lanes: Lanes;
  readonly events = new Emitter();
  readonly stop = new Stop(this.events);
  readonly queue: WorkQueue;
  readonly ledger: Ledger;
  readonly intake: Intake;
  readonly availability: BotAvailability;
  readonly rules: PlanRules;
  readonly bots: readonly string[];
  readonly capacity: number;
  readonly told: Told;
  readonly #db: Sqlite;

  static async open(
    more: { lanes?: Lane[]; storage?: Storage; capacity?: number } = {},
  ): Promise<WorkerParts> {
    const { clock, lanes } = scene(more.lanes ?? [lane()]);
    const dir = mkdtempSync(join(tmpdir(), "prewarm-worker-"));
    const path = join(dir, "prewarm.db");
    const ledger = await openSqliteLedger({ path, command: "prewarm worker", now: () => clock.wall() });
    const db = new Sqlite(path, path);
    onTestFinished(async () => {
      db.leave();
      await ledger.close();
      rmSync(dir, { recursive: true });
    });
    return new WorkerParts(clock, lanes, ledger, db, more);
  }

  private constructor(
    clock: VirtualClock,
    lanes: Lanes,
    ledger: Ledger,
    db: Sqlite,
    { storage = NO_BUCKET, capacity = 100 }: { storage?: Storage; capacity?: number },
  ) {
    this.clock = clock;
    this.lanes = lanes;
    this.ledger = ledger;
    this.#db = db;
    this.capacity = capacity;
    this.bots = [...new Set(lanes.all.map(({ bot }) => bot.slug))];
    this.queue = new WorkQueue({ capacity, order: "source", wall: () => clock.wall() });
    this.rules = {
      ...{ ledger, storage, clock, bots: this.bots, force: false, retryWeak: false, only: null, waits: true },
      settings: () => "settings",
    };
    const { queue, events, stop } = this;
    this.intake = new Intake({
      queue,
      events,
      stop,
      ledger,
      clock,
      bell: new Bell(),
      judge: this.rules,
      runBots: { configured: this.bots, warming: this.bots },
    });
    this.availability = new BotAvailability(this);
    this.told = new Proxy({} as Told, { get: (_, name) => this.#log.get(String(name)) ?? [] });
    for (const name of ["item", "health", "pass", "room", "notice"] as const)
      events.on(name, (event) => this.#log.set(name, [...(this.#log.get(name) ?? []), event]));
  }

  readonly #log = new Map<string, unknown[]>();

  get draining(): AbortSignal {
    return this.stop.draining;
  }

  sql(statement: string): Record<string, string | number | null>[] {
    return this.#db.all(statement);
  }

  /** Takes the next task as a dispatcher does; there must be one. */
  next(): Task {
    const task = this.queue.shift(this.clock.now());
    if (!task) throw new Error("the queue is empty");
    return task;
  }

  /** The next task is sent, and confirmed. */
  async sends(task = this.next()): Promise<void> {
    const { bot, kind, content, entry } = task;
    const attempt = await this.ledger.begin({
      bot,
      kind,
      content,
      entry,
      chatId: "-1",
      settings: "settings",
      tag: null,
    });
    const stored = {
      fileId: `id of ${entry.key} for ${bot}`,
      fileUniqueId: "AgADaQADr0s4Sg",
      chatId: "-1",
      messageId: 1,
    };
    await this.ledger.confirm(attempt, {
      ...{ content, stored: { ...stored, kind, weak: false }, asked: null, replace: false },
      ...{ mime: null, width: null, height: null, duration: null, bots: [bot] },
    });
    await this.ends(task, "ready");
  }

  /** The next task fails for good, or is in doubt. */
  async fails(why: Failure, task = this.next()): Promise<void> {
    const { bot, kind, content, entry } = task;
    const facts = { bot, kind, content, entry, chatId: "-1", settings: "settings", tag: null };
    const attempt = await this.ledger.begin(facts);
    if (why.class === "in_doubt") await this.ledger.doubt(attempt, why);
    else await this.ledger.fail(attempt, facts, why);
    await this.ends(task, why.class === "in_doubt" ? "unknown" : "failed", why);
  }

  async ends({ entry, bot, kind, content, ...task }: Task, status: ItemStatus, why?: Failure): Promise<void> {
    this.events.emit(
      "item",
      itemResult({ key: entry.key, bot, kind, entry, status, ...(why ? errorFields(why) : {}) }),
    );
    await this.intake.finished({ entry, bot, kind, content, ...task });
  }

  /** Waits, without time passing, for what goes on by itself. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  }

  waitingKeys(): unknown[] {
    return this.sql("select r2_key from prewarm_queue order by id").map(({ r2_key }) => r2_key);
  }
}

/** A document that needs no HEAD. */
export function entry(key: string, more: Partial<Entry> = {}): Entry {
  return { key, bytes: 9, etag: etagOf(key), modifiedAt: 1, kind: "document", ...more };
}

/** A source of one page. */
export async function* sourceOf(...entries: Entry[]): Source {
  yield entries.map((each) => ({ type: "entry", entry: each }));
}

/** Work, and whether it is over by now. */
export function ended<T>(work: Promise<T>): { readonly work: Promise<T>; isOver: boolean } {
  const state = { work, isOver: false };
  const over = () => {
    state.isOver = true;
  };
  work.then(over, over);
  return state;
}
