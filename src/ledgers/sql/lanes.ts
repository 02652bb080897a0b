import type { LaneMemory } from "../lane-memory.ts";
import { all, run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

/** Returns what is remembered of all lanes, ordered by bot and chat. */
export function* lanes(): Steps<LaneMemory[]> {
  return yield* all<LaneMemory>(
    `select bot_slug as bot, chat_id as chat, frozen_until as frozenUntil, pace, pace_at as paceAt,
       migrated_to as migratedTo
     from prewarm_lanes order by bot_slug, chat_id`,
  );
}

/** Replaces what is remembered of this lane, but for a deadline that is later: two words about one lane may overtake each other. */
export function* keepLane({ now }: Store, memory: LaneMemory): Steps<void> {
  yield* run(
    `insert into prewarm_lanes (bot_slug, chat_id, frozen_until, pace, pace_at, migrated_to, updated_at)
     values (:bot, :chat, :frozenUntil, :pace, :paceAt, :migratedTo, :now)
     on conflict (bot_slug, chat_id) do update set
       frozen_until = max(prewarm_lanes.frozen_until, excluded.frozen_until), pace = excluded.pace,
       pace_at = excluded.pace_at, migrated_to = excluded.migrated_to, updated_at = excluded.updated_at`,
    { ...memory, now: stamp(now()) },
  );
}

/** Moves the deadline of this lane to `until`, if that is later. */
export function* freezeLane(
  { now }: Store,
  { bot, chat, until }: { readonly bot: string; readonly chat: string; readonly until: number },
): Steps<void> {
  yield* run(
    `insert into prewarm_lanes (bot_slug, chat_id, frozen_until, updated_at) values (:bot, :chat, :until, :now)
     on conflict (bot_slug, chat_id) do update set frozen_until = max(prewarm_lanes.frozen_until, excluded.frozen_until),
       updated_at = excluded.updated_at`,
    { bot, chat, until: Math.ceil(until), now: stamp(now()) },
  );
}
