import type { LaneMemory } from "../lane-memory.ts";
import { run, type Steps } from "../sql/steps.ts";

/** A lane with its moments on another clock; 0 stands for none. */
export function movedLane<T extends LaneMemory>(lane: T, moved: (unixMs: number) => number): T {
  const { frozenUntil, paceAt } = lane;
  const at = (unixMs: number) => (unixMs === 0 ? 0 : Math.round(moved(unixMs)));
  return { ...lane, frozenUntil: at(frozenUntil), paceAt: paceAt === null ? null : at(paceAt) };
}

const KEEP = `
  insert into prewarm_lanes as l (bot_slug, chat_id, frozen_until, pace, pace_at, migrated_to, updated_at)
  values (:bot, :chat, :frozenUntil, :pace, :paceAt, :migratedTo, clock_timestamp())
  on conflict (bot_slug, chat_id) do update set frozen_until = greatest(l.frozen_until, excluded.frozen_until),
    pace = coalesce(excluded.pace, l.pace), pace_at = coalesce(excluded.pace_at, l.pace_at),
    migrated_to = coalesce(excluded.migrated_to, l.migrated_to), updated_at = excluded.updated_at`;

/** Remembers a lane. What another process knows and this one does not stays: a deadline that is later, and what was learned. */
export function* keepSharedLane({
  bot,
  chat,
  frozenUntil,
  pace,
  paceAt,
  migratedTo,
}: LaneMemory): Steps<void> {
  yield* run(KEEP, { bot, chat, frozenUntil, pace, paceAt, migratedTo });
}
