import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Task } from "../domain/task.ts";
import { type AttemptParts, attempt, type Outcome, type Slot, type Spent } from "./attempt.ts";
import { consequenceOf } from "./follow-up.ts";
import { type SettleParts, settle } from "./settle.ts";
import type { Stop } from "./stop.ts";

/** The lanes as the pipeline needs them (see telegram/lanes/lanes.ts). */
interface LaneBoard<S extends Slot = Slot> {
  isOpen(bot: string, kind?: MediaKind): boolean;
  /** Earliest moment at which a lane of this bot is free; Infinity while all are busy. */
  freeAt(bot: string, now: number): number;
  take(bot: string, kind: MediaKind, now: number, ahead: number): S | null;
  freeze(lane: S["lane"], ms: number): void;
  migrate(lane: S["lane"], chat: string): void;
  close(lane: S["lane"], cause: Failure, kind?: MediaKind): void;
  closeBot(bot: string, cause: Failure): void;
  /** Why nothing (of this kind) can be posted for this bot. */
  whyClosed(bot: string, kind: MediaKind): Failure;
  /** Whether anything is left to send by. */
  readonly anyOpen: boolean;
}

export interface WorkParts extends AttemptParts, SettleParts {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly lanes: LaneBoard;
  readonly stop: Stop;
}

/** A try with all that follows from it: lane, ledger, screens. Answers the task (`again`) when it has to come back. */
export async function work(
  task: Task,
  slot: Slot,
  waited: { queue: number; lane: number },
  parts: WorkParts,
): Promise<{ again: Task | null; spent: Spent }> {
  try {
    const outcome = await attempt(task, slot, parts);
    tellCall(outcome, slot, parts);
    if (outcome.result.type === "failed") takeConsequence(task, slot, outcome.result.failure, parts);
    const called = outcome.transfer === null ? task : { ...task, calls: task.calls + 1 };
    const { again } = await settle(called, outcome, waited, parts);
    return { again, spent: outcome.spent };
  } finally {
    parts.underWay.release(task);
  }
}

function tellCall(outcome: Outcome, slot: Slot, { events }: WorkParts): void {
  if (outcome.transfer === null) return;
  const { bot, chat } = slot.lane;
  const failure = outcome.result.type === "failed" ? outcome.result.failure : null;
  events.emit("call", { bot: bot.slug, chat, ms: outcome.spent.send, failure });
}

function takeConsequence(task: Task, slot: Slot, failure: Failure, { lanes, events, stop }: WorkParts): void {
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
