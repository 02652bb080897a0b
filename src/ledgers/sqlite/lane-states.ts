import type { LaneState } from "../lane-memory.ts";
import type { Sqlite } from "./adapter.ts";

const KEEP = `insert into prewarm_identity (key, value) values (:key, :value)
  on conflict (key) do update set value = excluded.value`;

/** Remembers the lanes of a bot in place of those it had, in `prewarm_identity`, whose strange keys an older prewarm passes over. */
export function keepLaneStates(db: Sqlite, bot: string, lanes: readonly LaneState[]): void {
  db.run(KEEP, { key: `bot:${bot}:lanes`, value: JSON.stringify(lanes) });
}

/** Returns the lanes that each bot had when it was used last; a bot of which that is not known is left out. */
export function laneStates(facts: ReadonlyMap<string, string>): Map<string, readonly LaneState[]> {
  const known = [...facts].flatMap(([key, value]) => {
    const bot = /^bot:(.*):lanes$/.exec(key)?.[1];
    return bot === undefined ? [] : [[bot, JSON.parse(value) as readonly LaneState[]] as const];
  });
  return new Map(known);
}
