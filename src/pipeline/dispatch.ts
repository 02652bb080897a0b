import type { Task } from "../domain/task.ts";
import { readsInMs } from "./ahead-rule.ts";
import { Calls, type Start } from "./calls.ts";
import type { DispatcherOptions } from "./dispatch-options.ts";
import { Held } from "./held.ts";
import { later } from "./later.ts";
import { isAsRead } from "./outcome.ts";
import { nextErrand } from "./packs/errands.ts";
import type { ReadTask } from "./read-ahead.ts";
import { MOST_AHEAD_MS } from "./task-runner.ts";
import { WaitSplit } from "./wait-split.ts";

/** While more may come, nothing that is held is judged for the last time before so many milliseconds without any. */
const HELD_MS = 5_000;
/** What was read for a bot that cannot send for longer than this goes back into the queue: others need the room. */
const AWAY_MS = 10_000;
/** Milliseconds between two looks for a lane for what packs have left to be done. */
const ERRAND_MS = 250;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Hands each task to the lane that is free first, as soon as the pool has a place for it, and has the next ones read before
 * that. There are neither batches nor ticks: it sleeps until the bell rings, the first lane becomes free, or the first deferred
 * task is due. A place is held from the permit to the answer: reading comes before it, writing down after it. Where the ledger takes as
 * long as a call, it is held for the call alone: the next tries are written down while all places are taken.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #held = new Held();
  /** Tasks that have left queue and read-ahead and have not ended. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #calls: Calls;
  readonly #waits: WaitSplit;
  /** Whether the last look was held up by how much is under way. */
  #isHeldUp = false;
  #broken: unknown;

  constructor(options: DispatcherOptions) {
    const { pool, bell, clock } = options;
    this.#options = options;
    this.#calls = new Calls(options);
    this.#waits = new WaitSplit(clock.now());
    pool.onFree(() => {
      if (pool.free === 1) this.#waits.placeFree(clock.now());
      bell.ring();
    });
  }

  /** Resolves when all work is done, or nothing new may begin and what was under way has ended. Throws what broke. */
  async run(): Promise<void> {
    const { stop, bell, clock, ahead } = this.#options;
    while (!stop.draining.aborted) {
      const sleep = this.#step();
      if (sleep === null) break;
      if (sleep > 0) await bell.wait(sleep, clock, stop.draining);
    }
    this.#giveUpReads();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    this.#giveUpReads();
    await ahead.idle();
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Begins one thing, or returns how long to sleep (0: look again); null when there is nothing left to wait for. */
  #step(): number | null {
    const { queue, clock, ahead } = this.#options;
    this.#isHeldUp = false;
    if (this.#isPaused(0)) {
      this.#giveUpReads();
      return NEVER;
    }
    this.#giveUpReads((bot) => this.#isAway(bot));
    const now = clock.now();
    const sleeps = [this.#readOne(now), this.#doErrand(now), this.#startOne(now)];
    if (sleeps.includes(0)) return 0;
    if (queue.length === 0 && ahead.size === 0 && this.#errands === 0) return this.#nothingToStart();
    const soonest = Math.min(...sleeps, queue.dueInMs(now), ahead.nextDue(now) - now);
    return Math.max(soonest, 1);
  }

  #isPaused(underWay: number): boolean {
    const isPaused = this.#options.policy.isPaused(underWay);
    this.#isHeldUp ||= isPaused;
    return isPaused;
  }

  /** How long to sleep with nothing to start; null when nothing can come any more. */
  #nothingToStart(): number | null {
    const { policy, clock } = this.#options;
    const isIdle = this.#underWay.size === 0;
    if (this.#held.size > 0 && isIdle) return Math.max(1, this.#held.since + HELD_MS - clock.now());
    return policy.isFed || !isIdle ? NEVER : null;
  }

  /** Has the next object read where one is wanted; returns after how many milliseconds one will be, 0 where it did. */
  #readOne(now: number): number {
    const { queue, lanes, ahead } = this.#options;
    if (ahead.isFull || this.#isPaused(this.#underWay.size + ahead.size)) return NEVER;
    let soonest = NEVER;
    const task = queue.shift(now, (bot) => {
      const inMs = lanes.isOpen(bot) ? this.#readsInMs(bot, now) : NEVER;
      soonest = Math.min(soonest, inMs);
      return inMs <= 0;
    });
    if (!task) return soonest;
    if (ahead.begin(task)) return 0;
    queue.unshift(task);
    return NEVER;
  }

  /** Whether what was read for a bot is not worth its room. */
  #isAway(bot: string): boolean {
    return this.#options.lanes.whyAway(bot, AWAY_MS) !== null;
  }

  get #errands(): number {
    return this.#options.packs?.errands.size ?? 0;
  }

  #readsInMs(bot: string, now: number): number {
    const { lanes, ahead, pool, runner, packs } = this.#options;
    const { dueAt, perMinute } = lanes.outlook(bot, now);
    // It would be given up at once, and begun again, for ever.
    if (this.#isAway(bot)) return Math.max(1, dueAt - now - AWAY_MS);
    return readsInMs({
      places: pool.concurrency,
      inCall: packs?.sizeOf(bot) ?? 1,
      usual: runner.usual,
      perMinute,
      freeInMs: dueAt - now,
      ofBot: ahead.of(bot),
      all: ahead.size,
    });
  }

  /** Does one thing that packs have left to be done; returns after how many milliseconds one can be, 0 where it did. */
  #doErrand(now: number): number {
    const { packs, pool, lanes, runner } = this.#options;
    if (!packs || this.#errands === 0 || pool.free === 0 || this.#isPaused(this.#underWay.size)) return NEVER;
    const work = nextErrand(packs.errands, lanes, now, runner.usual.ahead);
    if (!work) return ERRAND_MS;
    this.#track(pool.run(work));
    return 0;
  }

  /** Starts one task where a place and a lane are free; returns after how many milliseconds a lane will be, 0 where it did. */
  #startOne(now: number): number {
    const { queue, pool, lanes, ahead, runner, packs } = this.#options;
    const isAhead = pool.free === 0;
    if (isAhead && !this.#calls.mayBeginEarly) return NEVER;
    if (this.#isPaused(this.#underWay.size)) return NEVER;
    if (!isAhead && this.#judge()) return 0;
    let soonest = NEVER;
    const isFree = (bot: string) => {
      if (isAhead && packs && packs.sizeOf(bot) > 1) return false;
      const inMs = lanes.isOpen(bot) ? lanes.freeAt(bot, now) - runner.usual.ahead - now : 0;
      if (inMs > 0) soonest = Math.min(soonest, inMs);
      return inMs <= 0;
    };
    const read = ahead.take(now, isFree);
    // What could not be read ahead is read in its place.
    const unread = () => queue.shift(now, (bot) => ahead.of(bot) === 0 && isFree(bot));
    const task = read?.task ?? (isAhead ? undefined : unread());
    if (!task) return soonest;
    this.#start(task, now, read, isAhead);
    return 0;
  }

  /** Goes on with a task that was held and is judged by now; false where there is none. */
  #judge(): boolean {
    const { queue, pool, policy, lanes, clock, runner, ahead } = this.#options;
    if (this.#held.size === 0) return false;
    const isIdle = queue.length + ahead.size + this.#underWay.size === 0;
    const final = isIdle && (!policy.isFed || clock.now() >= this.#held.since + HELD_MS);
    const judged = this.#held.takeJudged((task) => lanes.judge(task, final));
    if (!judged) return false;
    const { task, verdict } = judged;
    if (verdict === "elsewhere" || verdict === "nowhere") queue.push(task);
    else this.#track(pool.run(() => this.#end(task, () => runner.judged(task, verdict))));
    return true;
  }

  #start(task: Task, now: number, read: ReadTask | undefined, isAhead: boolean): void {
    const { lanes, pool, policy, runner, packs } = this.#options;
    const kind = task.sendAs ?? task.kind;
    const { refusedIn } = task;
    if (!lanes.isOpen(task.bot, kind)) {
      read?.drop();
      this.#track(pool.run(() => this.#end(task, () => policy.withoutLane(task))));
      return;
    }
    if (refusedIn && !lanes.isOpen(task.bot, kind, refusedIn)) {
      read?.drop();
      this.#held.add(task, now);
      return;
    }
    const permit = lanes.take(task.bot, kind, now, runner.usual.ahead, refusedIn);
    if (!permit) {
      // Another lane of this bot is free, but none that takes this kind.
      later({ ...task, notBefore: now + MOST_AHEAD_MS }, read, this.#options);
      return;
    }
    const pack = isAhead ? null : packs?.gather({ task, read }, permit, now);
    if (packs && pack) {
      const waited = pack.map((each) => ({ ...each, waited: this.#waits.of(each.task, now, each.read) }));
      this.#track(pool.run(async () => void (await packs.run(waited, permit))));
    } else this.#track(this.#run({ task, permit, waited: this.#waits.of(task, now, read), read, isAhead }));
  }

  /** False where all that follows from its end was told already. */
  async #run(start: Start): Promise<boolean> {
    const { intake, clock } = this.#options;
    const { task, read } = start;
    const { outcome, settled } = await this.#calls.make(start);
    const again = await settled;
    if (!again) await intake.finished(task);
    else if (again.refusedIn === task.refusedIn)
      later(again, isAsRead(outcome) ? read : undefined, this.#options);
    else this.#held.add(again, clock.now());
    return again !== null;
  }

  /** Puts tasks back to the front of the queue, with what was read of them given up; those of all bots by default. */
  #giveUpReads(isMeant: (bot: string) => boolean = () => true): void {
    const { queue, ahead } = this.#options;
    if (ahead.size > 0) for (const task of ahead.giveUp(isMeant).reverse()) queue.unshift(task);
  }

  #end(task: Task, how: () => Promise<void>): Promise<void> {
    return how().then(() => this.#options.intake.finished(task));
  }

  /** Rings at its end, unless it says that nobody need hear of it. */
  #track(running: Promise<unknown>): void {
    const { clock, stop, bell } = this.#options;
    this.#waits.started(clock.now());
    const ended = running
      .catch((error: unknown) => {
        this.#broken ??= error;
        stop.abort();
      })
      .then((isNews) => {
        this.#underWay.delete(ended);
        const isAwaited = this.#underWay.size === 0 || this.#isHeldUp || this.#held.size > 0;
        if (isNews !== false || isAwaited) bell.ring();
      });
    this.#underWay.add(ended);
  }
}
