import type { Bell } from "../domain/bell.ts";
import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { Task } from "../domain/task.ts";
import type { LaneBoard, Permit } from "../lanes/port.ts";
import type { Pool } from "../queue/pool.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import type { DispatchPolicy } from "./dispatch-policy.ts";
import { Held } from "./held.ts";
import type { Intake } from "./intake.ts";
import type { Waited } from "./settle.ts";
import type { Stop } from "./stop.ts";
import { MOST_AHEAD_MS, type TaskRunner } from "./task-runner.ts";

export interface DispatcherOptions {
  readonly queue: WorkQueue;
  readonly pool: Pool;
  readonly lanes: LaneBoard;
  /** Rung when a task arrived, a place of the pool or a lane became free, or what the policy says changed. */
  readonly bell: Bell;
  readonly stop: Stop;
  readonly clock: Clock;
  readonly events: Emitter;
  readonly policy: DispatchPolicy;
  readonly runner: TaskRunner;
  /** Is told of each task that has ended, since others may have waited for it. */
  readonly intake: Intake;
}

/** While more may come, nothing that is held is judged for the last time before so many milliseconds without any. */
const HELD_MS = 5_000;

/**
 * Hands each task to the lane that is free first, as soon as the pool has a place for it. There are neither batches
 * nor ticks: it sleeps until the bell rings, the first lane becomes free, or the first deferred task is due.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #held = new Held();
  /** Timestamps that split an item's wait into queue time and lane time; see {@link Dispatcher.#waited}. */
  #placeFreeSince: number;
  #lastStart = Number.NEGATIVE_INFINITY;
  #broken: unknown;

  constructor(options: DispatcherOptions) {
    const { pool, bell, clock } = options;
    this.#options = options;
    this.#placeFreeSince = clock.now();
    pool.onFree(() => {
      if (pool.free === 1) this.#placeFreeSince = clock.now();
      bell.ring();
    });
  }

  /** Resolves when all work is done, or nothing new may begin and what was under way has ended. Throws what broke. */
  async run(): Promise<void> {
    const { stop, pool, bell, clock } = this.#options;
    while (!stop.draining.aborted) {
      const sleep = this.#step();
      if (sleep === null) break;
      if (sleep > 0) await bell.wait(sleep, clock, stop.draining);
    }
    await pool.idle();
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Starts one task, or returns how long to sleep (0: look again); null when there is nothing left to wait for. */
  #step(): number | null {
    const { queue, pool, clock, lanes, policy, runner } = this.#options;
    if (pool.free === 0 || policy.isPaused(pool.active)) return Number.POSITIVE_INFINITY;
    if (this.#judge()) return 0;
    if (queue.length === 0) return this.#nothingToStart();
    const now = clock.now();
    let soonest = queue.nextDue() ?? Number.POSITIVE_INFINITY;
    const task = queue.shift(now, (bot) => {
      if (!lanes.isOpen(bot)) return true;
      const freeAt = lanes.freeAt(bot, now) - runner.readAheadMs;
      if (freeAt > now) soonest = Math.min(soonest, freeAt);
      return freeAt <= now;
    });
    if (!task) return Math.max(soonest - now, 1);
    this.#start(task, now);
    return 0;
  }

  /** How long to sleep with an empty queue; null when nothing can come any more. */
  #nothingToStart(): number | null {
    const { pool, policy, clock } = this.#options;
    if (this.#held.size > 0 && pool.active === 0)
      return Math.max(1, this.#held.since + HELD_MS - clock.now());
    return policy.isFed || pool.active > 0 ? Number.POSITIVE_INFINITY : null;
  }

  /** Goes on with a task that was held and is judged by now; false where there is none. */
  #judge(): boolean {
    const { queue, pool, policy, lanes, clock, runner } = this.#options;
    if (this.#held.size === 0) return false;
    const isIdle = queue.length === 0 && pool.active === 0;
    const final = isIdle && (!policy.isFed || clock.now() >= this.#held.since + HELD_MS);
    const judged = this.#held.takeJudged((task) => lanes.judge(task, final));
    if (!judged) return false;
    const { task, verdict } = judged;
    if (verdict === "elsewhere" || verdict === "nowhere") queue.push(task);
    else this.#track(pool.run(() => this.#end(task, () => runner.judged(task, verdict))));
    return true;
  }

  #start(task: Task, now: number): void {
    const { lanes, queue, pool, runner } = this.#options;
    const kind = task.sendAs ?? task.kind;
    const { refusedIn } = task;
    if (!lanes.isOpen(task.bot, kind)) {
      this.#track(pool.run(() => this.#giveUp(task)));
      return;
    }
    if (refusedIn && !lanes.isOpen(task.bot, kind, refusedIn)) {
      this.#held.add(task, now);
      return;
    }
    const permit = lanes.take(task.bot, kind, now, runner.readAheadMs, refusedIn);
    if (!permit) {
      // Another lane of this bot is free, but none that takes this kind.
      queue.push({ ...task, notBefore: now + MOST_AHEAD_MS });
      return;
    }
    const waited = this.#waited(task, now);
    this.#track(pool.run(() => this.#run(task, permit, waited)));
  }

  async #run(task: Task, permit: Permit, waited: Waited): Promise<void> {
    const { events, pool, queue, runner, intake, clock } = this.#options;
    events.emit("active", { count: pool.active });
    const again = await runner.run(task, permit, waited);
    if (!again) await intake.finished(task);
    else if (again.refusedIn === task.refusedIn) queue.push(again);
    else this.#held.add(again, clock.now());
  }

  #giveUp(task: Task): Promise<void> {
    return this.#end(task, () => this.#options.policy.withoutLane(task));
  }

  async #end(task: Task, how: () => Promise<void>): Promise<void> {
    await how();
    await this.#options.intake.finished(task);
  }

  #track(running: Promise<void>): void {
    this.#lastStart = this.#options.clock.now();
    running.catch((error: unknown) => {
      this.#broken ??= error;
      this.#options.stop.abort();
    });
  }

  /** It waited for a lane from the moment at which nothing else kept it from starting; before that, in the queue. */
  #waited(task: Task, now: number): Waited {
    const head = Math.min(
      now,
      Math.max(this.#placeFreeSince, this.#lastStart, task.queuedAt, task.notBefore),
    );
    return { queue: head - task.queuedAt, lane: now - head };
  }
}
