import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { Task } from "../domain/task.ts";
import type { LaneBoard, Permit } from "../lanes/port.ts";
import type { Attempts } from "./attempt.ts";
import type { InFlight } from "./claims.ts";
import { consequenceOf } from "./follow-up.ts";
import type { Settlement, Waited } from "./settle.ts";
import type { Stop } from "./stop.ts";

/**
 * A permit is taken ahead of its moment by the time that reading an object usually takes, but by no more than this,
 * in milliseconds.
 */
export const MOST_AHEAD_MS = 1_500;
/** Weight of the last reading in the moving average. */
const AHEAD_SHARE = 0.2;

export interface TaskRunnerOptions {
  readonly attempts: Attempts;
  readonly settlement: Settlement;
  readonly inFlight: InFlight;
  readonly lanes: LaneBoard;
  readonly events: Emitter;
  readonly stop: Stop;
}

/** Runs tasks on permits: one try of each, with all that follows from it for the run, the ledger and the screens. */
export class TaskRunner {
  readonly #options: TaskRunnerOptions;
  #readAheadMs = 0;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
  }

  /** How long before its call an object should start to be read, in milliseconds on the engine's clock. */
  get readAheadMs(): number {
    return this.#readAheadMs;
  }

  /** Returns the task when it has to be tried again; null when it has ended. Throws LedgerError. */
  async run(task: Task, permit: Permit, waited: Waited): Promise<Task | null> {
    const { attempts, settlement, inFlight, events } = this.#options;
    const { entry, bot, kind } = task;
    events.emit("attempt", { key: entry.key, bot, kind, chat: permit.lane.chat, bytes: entry.bytes });
    try {
      const outcome = await attempts.make(task, permit);
      if (outcome.result.type === "failed") this.#follow(task, outcome.result.failure);
      const called = outcome.transfer === null ? task : { ...task, calls: task.calls + 1 };
      const again = await settlement.settle(called, outcome, waited);
      this.#learn(outcome.spent.download);
      return again;
    } finally {
      inFlight.release(task);
    }
  }

  /** Ends a task that was refused by a text that nobody knows. Throws LedgerError. */
  judged(task: Task, verdict: "its own" | "unclear"): Promise<void> {
    return this.#options.settlement.judged(task, verdict);
  }

  #learn(downloadMs: number): void {
    const next = this.#readAheadMs + AHEAD_SHARE * (downloadMs - this.#readAheadMs);
    this.#readAheadMs = Math.min(MOST_AHEAD_MS, next);
  }

  /** What a failure means beyond its item and its lane. */
  #follow(task: Task, failure: Failure): void {
    const { lanes, stop } = this.#options;
    const then = consequenceOf(failure);
    if (then === "run") stop.drain({ type: "denied", failure });
    else if (then === "bot") lanes.closeBot(task.bot, failure);
  }
}
