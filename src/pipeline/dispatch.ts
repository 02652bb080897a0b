import type { Bell } from "../domain/bell.ts";
import type { Task } from "../domain/task.ts";
import type { Pool } from "../queue/pool.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import type { Slot } from "./attempt.ts";
import { errorFields, itemResult } from "./results.ts";
import { type WorkParts, work } from "./work.ts";

export interface DispatchParts extends WorkParts {
  readonly queue: WorkQueue;
  readonly pool: Pool;
  /** Rung when a task arrived, a place or a lane became free, or the source ended. */
  readonly bell: Bell;
  /** Begin when the whole source is in the queue, so that its order holds over everything. */
  readonly listFirst: boolean;
  /** True while tasks may still arrive. */
  readonly feeding: () => boolean;
  /** A task has ended for this run; others may have waited for it. */
  readonly over: (task: Task) => Promise<void>;
  /** True while nothing may be begun for now; the bell is rung when that changes. Never, without it. */
  readonly held?: () => boolean;
  /** Takes a task whose bot has no lane left, instead of its failing. */
  readonly strand?: (task: Task) => void;
}

/** Times of waiting that no item can be blamed for; see {@link Dispatcher.#waited}. */
interface Waiting {
  placeFreeSince: number;
  lastStart: number;
}

/** A slot is taken ahead of its moment by what reading an object usually takes, but by no more than this. */
const MOST_AHEAD_MS = 1_500;
const AHEAD_SHARE = 0.2;

/**
 * Hands each task to the lane that is free first, as soon as there is a place for it. No batch, no tick: sleeps until
 * the next of {a ring of the bell, the first lane that becomes free, the first deferred task that is due}.
 */
export class Dispatcher {
  readonly #parts: DispatchParts;
  readonly #waiting: Waiting;
  #ahead = 0;
  #broken: unknown;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#waiting = { placeFreeSince: parts.clock.now(), lastStart: Number.NEGATIVE_INFINITY };
    parts.pool.onFree(() => {
      if (parts.pool.free === 1) this.#waiting.placeFreeSince = parts.clock.now();
      parts.bell.ring();
    });
  }

  /** Resolves when all work is done, or nothing new may begin and what was under way has ended. Throws what broke. */
  async run(): Promise<void> {
    const { stop, pool, bell, clock } = this.#parts;
    while (!stop.draining.aborted) {
      const sleep = this.#step();
      if (sleep === null) break;
      if (sleep > 0) await bell.wait(sleep, clock, stop.draining);
    }
    await pool.idle();
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Starts one task, or answers how long to sleep (0: look again); null when there is nothing left to wait for. */
  #step(): number | null {
    const { queue, pool, clock, lanes, feeding, listFirst, held } = this.#parts;
    if (pool.free === 0 || (listFirst && feeding()) || held?.()) return Number.POSITIVE_INFINITY;
    if (queue.length === 0) return feeding() || pool.active > 0 ? Number.POSITIVE_INFINITY : null;
    const now = clock.now();
    let soonest = queue.nextDue() ?? Number.POSITIVE_INFINITY;
    const task = queue.shift(now, (bot) => {
      if (!lanes.isOpen(bot)) return true;
      const freeAt = lanes.freeAt(bot, now) - this.#ahead;
      if (freeAt > now) soonest = Math.min(soonest, freeAt);
      return freeAt <= now;
    });
    if (!task) return Math.max(soonest - now, 1);
    this.#start(task, now);
    return 0;
  }

  #start(task: Task, now: number): void {
    const { lanes, queue, pool } = this.#parts;
    const kind = task.sendAs ?? task.kind;
    if (!lanes.isOpen(task.bot, kind)) {
      this.#track(pool.run(() => this.#giveUp(task)));
      return;
    }
    const slot = lanes.take(task.bot, kind, now, this.#ahead);
    if (!slot) {
      // Another lane of this bot is free, but none that takes this kind.
      queue.push({ ...task, notBefore: now + MOST_AHEAD_MS });
      return;
    }
    const waited = this.#waited(task, now);
    this.#track(pool.run(() => this.#work(task, slot, waited)));
  }

  async #work(task: Task, slot: Slot, waited: { queue: number; lane: number }): Promise<void> {
    const { events, pool, queue, over } = this.#parts;
    events.emit("active", { count: pool.active });
    const { entry, bot, kind } = task;
    events.emit("attempt", { key: entry.key, bot, kind, chat: slot.lane.chat, bytes: entry.bytes });
    const { again, spent } = await work(task, slot, waited, this.#parts);
    this.#ahead = Math.min(MOST_AHEAD_MS, this.#ahead + AHEAD_SHARE * (spent.download - this.#ahead));
    if (again) queue.push(again);
    else await over(task);
  }

  /**
   * The bot of a task has no lane left (for its kind), while others go on: it fails, and the ledger keeps its row as it was.
   * A worker, which comes by again, leaves all of a bot that is out, and writes down what no chat takes, to be tried later.
   */
  async #giveUp(task: Task): Promise<void> {
    const { events, lanes, over, strand, ledger, transfers } = this.#parts;
    if (strand && !lanes.isOpen(task.bot)) {
      strand(task);
      return over(task);
    }
    const cause = lanes.whyClosed(task.bot, task.sendAs ?? task.kind);
    const { entry, bot, kind, content } = task;
    const facts = { bot, kind, content, entry, chatId: null, settings: transfers.settings(entry) };
    if (strand) await ledger.fail(null, facts, cause);
    events.emit(
      "item",
      itemResult({
        key: entry.key,
        bot,
        kind,
        bytes: entry.bytes,
        entry,
        attempts: task.calls,
        status: "failed",
        ...errorFields(cause),
      }),
    );
    await over(task);
  }

  #track(running: Promise<void>): void {
    this.#waiting.lastStart = this.#parts.clock.now();
    running.catch((error: unknown) => {
      this.#broken ??= error;
      this.#parts.stop.abort();
    });
  }

  /** From when it could have started but for a lane, it waited for a lane; before that, in the queue. */
  #waited(task: Task, now: number): { queue: number; lane: number } {
    const { placeFreeSince, lastStart } = this.#waiting;
    const head = Math.min(now, Math.max(placeFreeSince, lastStart, task.queuedAt, task.notBefore));
    return { queue: head - task.queuedAt, lane: now - head };
  }
}
