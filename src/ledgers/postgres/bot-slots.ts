import type { BotFlood, BotSlot, LaneName } from "../share-port.ts";
import { one, run, type Steps } from "../sql/steps.ts";

const NOW = "clock_timestamp()";
const NOW_MS = `extract(epoch from ${NOW}) * 1000`;
const MS = "interval '1 millisecond'";
/** SQL: `ms` from now on, or from the moment that is booked already. */
const after = (booked: string) =>
  `greatest(coalesce(${booked}, ${NOW}), ${NOW}) + cast(:ms as double precision) * ${MS}`;
/** SQL: milliseconds until what was booked just now begins. */
const IN_MS = `extract(epoch from next_at - ${NOW}) * 1000 - cast(:ms as double precision) as inMs`;

const TAKE = `
  insert into prewarm_bot_paces as b (bot_slug, next_at) values (:bot, ${after("null")})
  on conflict (bot_slug) do update set next_at = ${after("b.next_at")}
  returning ${IN_MS}, cast(next_at as text) as mark, greatest(0, frozen_until - ${NOW_MS}) as frozenForMs`;

/** Takes so many moments of a bot, which come one after the other, together `ms` long. */
export function* takeSlots(bot: string, ms: number): Steps<BotSlot> {
  const slot = yield* one<BotSlot>(TAKE, { bot, ms });
  if (!slot) throw new Error("a slot was not written");
  return slot;
}

const GIVE_BACK = `
  update prewarm_bot_paces set next_at = next_at - cast(:ms as double precision) * ${MS}
  where bot_slug = :bot and next_at = cast(:mark as timestamptz)`;

/** Gives the last `ms` of slots back, if they are the last ones that were taken. */
export function* giveBackSlots(bot: string, mark: string, ms: number): Steps<void> {
  yield* run(GIVE_BACK, { bot, mark, ms });
}

const SIZE = `
  insert into prewarm_same_sizes as s (bot_slug, bytes, next_at) values (:bot, :bytes, ${after("null")})
  on conflict (bot_slug, bytes) do update set next_at = ${after("s.next_at")} returning ${IN_MS}`;

/** Takes the next moment for an upload of so many bytes; the one after it is `ms` later. Returns milliseconds until it. */
export function* takeSize(bot: string, bytes: number, ms: number): Steps<number> {
  return (yield* one<{ inMs: number }>(SIZE, { bot, bytes, ms }))?.inMs ?? 0;
}

const FORGET = `delete from prewarm_same_sizes where next_at < ${NOW} - interval '10 seconds'`;

/** Forgets sizes of which no upload has to wait any more. */
export function* forgetSizes(): Steps<void> {
  yield* run(FORGET);
}

const REFUSED = `update prewarm_lane_leases set refused_at = ${NOW} where bot_slug = :bot and chat_id = :chat`;
const FLOOD = `
  select count(*) filter (where refused_at > ${NOW} - interval '1 second') as refused, count(*) as open
  from prewarm_lane_leases where bot_slug = :bot and fence is not null and lease_until > ${NOW}`;

/** Notes that a lane was told to wait; returns of how many lanes of its bot that is so at this moment. */
export function* refused({ bot, chat }: LaneName): Steps<BotFlood> {
  yield* run(REFUSED, { bot, chat });
  return (yield* one<BotFlood>(FLOOD, { bot })) ?? { refused: 1, open: 1 };
}

const FREEZE = `
  insert into prewarm_bot_paces as b (bot_slug, frozen_until) values (:bot, ceil(${NOW_MS} + cast(:ms as double precision)))
  on conflict (bot_slug) do update set frozen_until = greatest(b.frozen_until, excluded.frozen_until)`;

/** Remembers that a bot may not be called for `ms` from now; a later deadline stays. */
export function* freezeBot(bot: string, ms: number): Steps<void> {
  yield* run(FREEZE, { bot, ms });
}
