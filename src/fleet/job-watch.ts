import type { Bell } from "../domain/bell.ts";
import type { Clock } from "../domain/clock.ts";
import type { Task } from "../domain/task.ts";
import type { LaneBoard } from "../lanes/port.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { FleetLedger } from "../ledgers/fleet-port.ts";
import type { Intake } from "../pipeline/intake.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import type { JobTasks } from "./job-tasks.ts";
import type { HeldJob, JobEngine } from "./port.ts";
import { HORIZON_MS, wantedOf } from "./wanted.ts";

export interface JobWatchOptions {
  readonly clock: Clock;
  readonly stop: Stop;
  readonly engine: JobEngine;
  readonly tasks: JobTasks;
  readonly lanes: LaneBoard;
  readonly fleet: FleetLedger;
  /** Whether it is this worker that asks for the lanes of a bot. */
  readonly isMine: (bot: string) => boolean;
  readonly queue: WorkQueue;
  readonly intake: Intake;
  /** Slugs of the bots of this worker. */
  readonly bots: readonly string[];
  /** Media in one call of a bot. */
  readonly inCall: (bot: string) => number;
  /** Tasks that may wait here at once. */
  readonly most: number;
  /** Whether nothing is to be begun for now: it was stopped, or a part of the outside world is away. */
  readonly isPaused: () => boolean;
  /** Milliseconds of the engine's clock between two looks when there was nothing. */
  readonly intervalMs: number;
  /** Rung when a job has ended. */
  readonly ended: Bell;
  /** Tells people of a bot whose jobs are passed over since it is not configured here. */
  readonly strange: (bot: string) => void;
  /** Tells people that the engine is away, and of its return. */
  readonly away: (error: unknown) => void;
}

/** Milliseconds of the engine's clock between two looks while there is work: jobs that end meanwhile are made up for together. */
const PAUSE_MS = 1_000;
/** A bot whose lanes are another worker's. */
const NO_LANE = { dueAt: Number.POSITIVE_INFINITY, perMinute: 0 };
/** What waits for a lane for longer than this goes back: another worker may have one. */
const AWAY_MS = 20_000;
/** Seconds for which a job is left to others that this worker cannot do. */
const [SHORT_S, LONG_S] = [2, 30];
/** Real milliseconds between two words to the engine that jobs are worked on. */
const TOUCH_MS = 10_000;

/** Fetches jobs for the lanes that are free soon, keeps them while they are worked on, and gives back what cannot be done here. */
export class JobWatch {
  readonly #options: JobWatchOptions;
  readonly #strangers = new Set<string>();
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: JobWatchOptions) {
    this.#options = options;
  }

  /** Resolves when the worker drains. Throws LedgerError. */
  async run(): Promise<void> {
    const touching = setInterval(() => void this.#touch(), TOUCH_MS);
    try {
      await Promise.race([this.#fetchOn(), this.#options.tasks.broken]);
    } finally {
      clearInterval(touching);
    }
  }

  async #fetchOn(): Promise<void> {
    const { stop, clock, ended, tasks } = this.#options;
    while (!stop.draining.aborted) {
      const sleepMs = await this.#patiently(() => this.#look());
      // Without a job in hand none ends meanwhile.
      const pauseMs = tasks.held.size > 0 || sleepMs <= PAUSE_MS ? PAUSE_MS : 0;
      if (pauseMs > 0) await clock.sleep(pauseMs, stop.draining);
      if (sleepMs > pauseMs) await ended.wait(sleepMs - pauseMs, clock, stop.draining);
    }
  }

  /** Looks again soon: something has recovered. */
  again(): void {
    this.#options.ended.ring();
  }

  /** A task of a bot that cannot send here. */
  takeBack(task: Task): void {
    this.#options.tasks.giveBack([task], LONG_S).catch((error: unknown) => this.#options.away(error));
  }

  /** Gives back all that is left, for other workers. */
  async end(): Promise<void> {
    await this.#patiently(() => this.#options.tasks.end().then(() => 0));
  }

  /** The engine may be away while the ledger is waited for; what it was told then is told again by itself. */
  async #patiently(work: () => Promise<number>): Promise<number> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof LedgerError) throw error;
      this.#options.away(error);
      return this.#options.intervalMs;
    }
  }

  /** Returns after how many milliseconds there is something to do again. */
  async #look(): Promise<number> {
    const { isPaused, engine, tasks, intervalMs } = this.#options;
    await this.#giveBack();
    if (isPaused()) return intervalMs;
    const asked = await this.#askForLanes();
    const { most, exceptBots } = this.#wanted();
    if (most === 0) return asked ? PAUSE_MS : Math.min(intervalMs, HORIZON_MS / 2);
    const jobs = await engine.fetch(most, [...exceptBots, ...this.#strangers]);
    await tasks.take(await this.#ours(jobs));
    return jobs.length < most ? intervalMs : PAUSE_MS;
  }

  /** Lanes that this worker does not have are asked for where there is work for them. Returns whether there is. */
  async #askForLanes(): Promise<boolean> {
    const { clock, lanes, fleet, bots, isMine, intervalMs } = this.#options;
    const now = clock.now();
    const lacking = bots.filter(
      (bot) => isMine(bot) && lanes.outlook(bot, now).dueAt === Number.POSITIVE_INFINITY,
    );
    if (lacking.length === 0 || now - this.#askedAt < intervalMs) return false;
    this.#askedAt = now;
    const wanted = await fleet.botsWithWork(lacking);
    for (const bot of wanted) lanes.want(bot);
    return wanted.length > 0;
  }

  #wanted() {
    const { clock, lanes, bots, queue, tasks, most, inCall, isMine } = this.#options;
    const now = clock.now();
    const needs = bots.map((bot) => ({
      bot,
      outlook: isMine(bot) ? lanes.outlook(bot, now) : NO_LANE,
      held: tasks.held.of(bot),
      inCall: inCall(bot),
    }));
    return wantedOf(needs, now, most - queue.length);
  }

  /** Jobs of bots without a token here are left to others. */
  async #ours(jobs: readonly HeldJob[]): Promise<HeldJob[]> {
    const { bots, engine, strange } = this.#options;
    const others = jobs.filter(({ work }) => !bots.includes(work.bot));
    for (const { work } of others) {
      if (!this.#strangers.has(work.bot)) strange(work.bot);
      this.#strangers.add(work.bot);
    }
    await engine.putBack(others, 0);
    return jobs.filter((job) => !others.includes(job));
  }

  /** Gives back what waits here and cannot be done soon. */
  async #giveBack(): Promise<void> {
    const { queue, clock, lanes, isPaused, tasks, intake } = this.#options;
    const now = clock.now();
    const paused = isPaused();
    const isAway = (bot: string) => paused || lanes.outlook(bot, now).dueAt - now > AWAY_MS;
    const back: Task[] = [];
    for (let task = queue.shift(now, isAway); task; task = queue.shift(now, isAway)) back.push(task);
    if (back.length === 0) return;
    await tasks.giveBack(back, SHORT_S);
    for (const task of back) await intake.finished(task);
  }

  async #touch(): Promise<void> {
    const { engine, tasks, away } = this.#options;
    const jobs = tasks.held.all;
    try {
      const ours = await engine.touch(jobs);
      // What was handed to others meanwhile is theirs; the ledger keeps both from sending it.
      tasks.held.drop(jobs.filter(({ id }) => !ours.has(id)));
    } catch (error) {
      away(error);
    }
  }
}
