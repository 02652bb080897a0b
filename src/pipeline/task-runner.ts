import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Task } from "../domain/task.ts";
import type { Attempts, Outcome, Slot } from "./attempt.ts";
import type { InFlight } from "./claims.ts";
import { consequenceOf } from "./follow-up.ts";
import type { Settlement, Waited } from "./settle.ts";
import type { Stop } from "./stop.ts";

/** The lanes as the pipeline needs them (see lanes/lanes.ts). */
export interface LaneBoard {
  isOpen(bot: string, kind?: MediaKind): boolean;
  /** Earliest moment at which a lane of this bot is free; Infinity while all are busy. */
  freeAt(bot: string, now: number): number;
  take(bot: string, kind: MediaKind, now: number, ahead: number): Slot | null;
  freeze(lane: Slot["lane"], ms: number): void;
  migrate(lane: Slot["lane"], chat: string): void;
  close(lane: Slot["lane"], cause: Failure, kind?: MediaKind): void;
  closeBot(bot: string, cause: Failure): void;
  /** Why nothing (of this kind) can be posted for this bot. */
  whyClosed(bot: string, kind: MediaKind): Failure;
  /** Whether anything is left to send by. */
  readonly anyOpen: boolean;
}

/** A permit is taken ahead of its moment by what reading an object usually takes, but by no more than this. */
export const MOST_AHEAD_MS = 1_500;
/** How much of the difference to the last reading is taken over. */
const AHEAD_SHARE = 0.2;

export interface TaskRunnerOptions {
  readonly attempts: Attempts;
  readonly settlement: Settlement;
  readonly inFlight: InFlight;
  readonly lanes: LaneBoard;
  readonly events: Emitter;
  readonly stop: Stop;
}

/** Runs tasks on permits: one try of each, with all that follows from it for lanes, ledger and screens. */
export class TaskRunner {
  readonly #options: TaskRunnerOptions;
  #readAheadMs = 0;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
  }

  /** How long before its call an object should be begun to be read, in milliseconds on the engine's clock. */
  get readAheadMs(): number {
    return this.#readAheadMs;
  }

  /** Returns the task when it has to be tried again; null when it has ended. Throws LedgerError. */
  async run(task: Task, slot: Slot, waited: Waited): Promise<Task | null> {
    const { attempts, settlement, inFlight, events } = this.#options;
    const { entry, bot, kind } = task;
    events.emit("attempt", { key: entry.key, bot, kind, chat: slot.lane.chat, bytes: entry.bytes });
    try {
      const outcome = await attempts.make(task, slot);
      this.#tellCall(outcome, slot);
      if (outcome.result.type === "failed") this.#takeConsequence(task, slot, outcome.result.failure);
      const called = outcome.transfer === null ? task : { ...task, calls: task.calls + 1 };
      const again = await settlement.settle(called, outcome, waited);
      this.#learn(outcome.spent.download);
      return again;
    } finally {
      inFlight.release(task);
    }
  }

  #learn(downloadMs: number): void {
    const next = this.#readAheadMs + AHEAD_SHARE * (downloadMs - this.#readAheadMs);
    this.#readAheadMs = Math.min(MOST_AHEAD_MS, next);
  }

  #tellCall(outcome: Outcome, slot: Slot): void {
    if (outcome.transfer === null) return;
    const { bot, chat } = slot.lane;
    const failure = outcome.result.type === "failed" ? outcome.result.failure : null;
    this.#options.events.emit("call", { bot: bot.slug, chat, ms: outcome.spent.send, failure });
  }

  #takeConsequence(task: Task, slot: Slot, failure: Failure): void {
    const { lanes, events, stop } = this.#options;
    const then = consequenceOf(failure);
    const name = `lane ${slot.lane.bot.slug} x ${slot.lane.chat}`;
    if (then === null) return;
    if (then.for === "run") stop.drain({ type: "denied", failure });
    else if (then.for === "bot") lanes.closeBot(task.bot, failure);
    else if (then.do === "freeze") lanes.freeze(slot.lane, then.ms);
    else if (then.do === "migrate") {
      events.emit("notice", {
        level: "warn",
        text: `${name} is now ${then.chat}: put the new id into your configuration`,
      });
      lanes.migrate(slot.lane, then.chat);
    } else {
      lanes.close(slot.lane, failure, then.do === "close-kind" ? (task.sendAs ?? task.kind) : undefined);
      // The last one is told as the end of the run.
      if (lanes.anyOpen) events.emit("notice", { level: "warn", text: `${name} is out: ${failure.message}` });
    }
    if (!lanes.anyOpen) stop.drain({ type: "no_lane", failure });
  }
}
