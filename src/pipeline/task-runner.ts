import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { Task } from "../domain/task.ts";
import type { LaneBoard, Permit } from "../lanes/port.ts";
import type { Attempts } from "./attempt.ts";
import type { InFlight } from "./claims.ts";
import { consequenceOf } from "./follow-up.ts";
import type { InPlace, Outcome } from "./outcome.ts";
import type { ReadTask } from "./read-ahead.ts";
import type { Settlement } from "./settle.ts";
import type { Stop } from "./stop.ts";
import type { Waited } from "./tried.ts";

/**
 * A permit is taken ahead of its moment by the time that reading an object usually takes, but by no more than this,
 * in milliseconds.
 */
export const MOST_AHEAD_MS = 1_500;
/** Weight of the last reading in the moving averages. */
const LAST_SHARE = 0.2;
/** What reading and sending take before anything was measured, as users report, in milliseconds. */
const USUAL = { read: 500, send: 1_250 } as const;

/** How long things usually take, in milliseconds on the engine's clock. */
export interface UsualTimes {
  readonly read: number;
  readonly send: number;
  /** Writing a try down before its call. */
  readonly begin: number;
  /** From taking a permit until the call could begin: reading, where the object was not read ahead. */
  readonly ahead: number;
}

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
  #usual: UsualTimes = { ...USUAL, begin: 0, ahead: 0 };

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
  }

  get usual(): UsualTimes {
    return this.#usual;
  }

  /** Makes the try, whose call has to have a place: see {@link Attempts.make}. Throws LedgerError. */
  async call(task: Task, permit: Permit, read: ReadTask | undefined, inPlace?: InPlace): Promise<Outcome> {
    const { attempts, inFlight, events } = this.#options;
    const { entry, bot, kind } = task;
    events.emit("attempt", { key: entry.key, bot, kind, chat: permit.lane.chat, bytes: entry.bytes });
    try {
      return await attempts.make(task, permit, read, inPlace);
    } catch (error) {
      inFlight.release(task);
      throw error;
    }
  }

  /** Returns the task when it has to be tried again; null when it has ended. Throws LedgerError. */
  async settle(task: Task, outcome: Outcome, waited: Waited): Promise<Task | null> {
    const { settlement, inFlight } = this.#options;
    const { result } = outcome;
    try {
      if (result.type === "failed") this.#follow(task, result.failure);
      const called = outcome.transfer === null ? task : { ...task, calls: task.calls + 1 };
      const again = await settlement.settle(called, outcome, waited);
      this.#learn(outcome);
      return again;
    } finally {
      inFlight.release(task);
    }
  }

  /** Ends a task that was refused by a text that nobody knows. Throws LedgerError. */
  judged(task: Task, verdict: "its own" | "unclear"): Promise<void> {
    return this.#options.settlement.judged(task, verdict);
  }

  #learn({ spent: { download, send, begin, ahead }, transfer }: Outcome): void {
    const { read: usualRead, send: usualSend, begin: usualBegin, ahead: usualAhead } = this.#usual;
    this.#usual = {
      read: towards(usualRead, download),
      send: transfer === null ? usualSend : towards(usualSend, send),
      begin: transfer === null ? usualBegin : towards(usualBegin, begin),
      ahead: Math.min(MOST_AHEAD_MS, towards(usualAhead, ahead)),
    };
  }

  /** What a failure means beyond its item and its lane. */
  #follow(task: Task, failure: Failure): void {
    const { lanes, stop } = this.#options;
    const then = consequenceOf(failure);
    if (then === "run") stop.drain({ type: "denied", failure });
    else if (then === "bot") lanes.closeBot(task.bot, failure);
  }
}

function towards(usual: number, last: number): number {
  return usual + LAST_SHARE * (last - usual);
}
