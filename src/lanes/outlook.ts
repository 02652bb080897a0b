import type { RefusedIn } from "../domain/task.ts";
import type { Lane } from "./lane.ts";
import type { LaneOutlook } from "./port.ts";

/** What these lanes may do next. */
export function outlookOf(lanes: readonly Lane[], now: number): LaneOutlook {
  return {
    dueAt: Math.min(...lanes.map((lane) => lane.dueAt(now)), Number.POSITIVE_INFINITY),
    perMinute: lanes.reduce((sum, { pace }) => sum + pace.perMinute, 0),
  };
}

/** The lane, in none of the chats of `except`, that can take a call first; of several the one that comes first. */
export function freeFirst(lanes: readonly Lane[], now: number, except: readonly RefusedIn[]): Lane | null {
  const eligible = lanes.filter(({ chat }) => except.every((each) => each.chat !== chat));
  return eligible.reduce<Lane | null>(
    (best, each) => (best && best.freeAt(now) <= each.freeAt(now) ? best : each),
    null,
  );
}
