import type { LaneState } from "../lane-memory.ts";
import { type Facts, keepFact } from "./facts.ts";
import type { Steps } from "./steps.ts";

/** Remembers the lanes of a bot in place of those it had, in `prewarm_identity`, whose strange keys an older prewarm passes over. */
export function* keepLaneStates(bot: string, lanes: readonly LaneState[]): Steps<void> {
  yield* keepFact(`bot:${bot}:lanes`, JSON.stringify(lanes));
}

/** Returns the lanes that each bot had when it was used last; a bot of which that is not known, or not to be read, is left out. */
export function laneStates(facts: Facts): Map<string, readonly LaneState[]> {
  const known = [...facts].flatMap(([key, value]) => {
    const bot = /^bot:(.*):lanes$/.exec(key)?.[1];
    const lanes = bot === undefined ? null : lanesIn(value);
    return bot === undefined || lanes === null ? [] : [[bot, lanes] as const];
  });
  return new Map(known);
}

/** What chats are, by their ids, whichever bot was told. */
export function chatTypes(facts: Facts): Map<string, string> {
  const lanes = [...laneStates(facts).values()].flat();
  return new Map(lanes.flatMap(({ chat, type }) => (typeof type === "string" ? [[chat, type]] : [])));
}

function lanesIn(value: string): readonly LaneState[] | null {
  try {
    const lanes: unknown = JSON.parse(value);
    return Array.isArray(lanes) && lanes.every((each) => typeof each?.chat === "string") ? lanes : null;
  } catch {
    return null;
  }
}
