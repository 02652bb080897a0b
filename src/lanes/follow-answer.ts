import { type Failure, failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import { laneConsequence } from "./consequence.ts";
import { type Lane, laneName } from "./lane.ts";

/** What can be done with lanes for the sake of an answer. */
export interface AnsweredLanes {
  readonly anyOpen: boolean;
  freeze(lane: Lane, ms: number): void;
  migrate(lane: Lane, chat: string): void;
  close(lane: Lane, cause: Failure, kind?: MediaKind): void;
  warn(text: string): void;
}

/** An answer that failed: of a send of this kind, or of another call, in the chat that was asked. */
export interface FailedAnswer {
  readonly cause: Failure;
  readonly kind: MediaKind | undefined;
  readonly asked: string;
}

/** Does what the answer to a call means for its lane. */
export function followAnswer(lanes: AnsweredLanes, lane: Lane, { cause, kind, asked }: FailedAnswer): void {
  const then = laneConsequence(cause);
  if (then?.do === "freeze") lanes.freeze(lane, then.ms);
  else if (then?.do === "move") move(lanes, lane, then.chat, asked);
  else if (then?.do === "close") out(lanes, lane, cause);
  else if (then && kind) out(lanes, lane, cause, kind);
}

function move(lanes: AnsweredLanes, lane: Lane, chat: string, asked: string): void {
  if (asked !== lane.chat) return; // It comes late, and speaks of a chat that was left already.
  if (lane.mayMoveTo(chat)) {
    lanes.warn(`${laneName(lane)} is now ${chat}: put the new id into your configuration`);
    lanes.migrate(lane, chat);
  } else
    out(lanes, lane, failure("chat_migrated", `chat ${lane.chat} became ${chat}, and that leads nowhere`));
}

function out(lanes: AnsweredLanes, lane: Lane, cause: Failure, kind?: MediaKind): void {
  lanes.close(lane, cause, kind);
  // The last one is reported as the end of the run.
  if (lanes.anyOpen) lanes.warn(`${laneName(lane)} is out: ${cause.message}`);
}
