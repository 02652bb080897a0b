import type { LaneName } from "../share-port.ts";
import { all, type Steps } from "../sql/steps.ts";

const NOW = "clock_timestamp()";
const WINDOW = `${NOW} - interval '61 seconds'`;
/** Calls that were written down earlier than this and left in the last minute are few, and not looked for: uploads that take so long. */
const BEGUN = `${NOW} - interval '5 minutes'`;

/**
 * An attempt is written down before its call leaves, which may take long where the database stands still; by its end it had left. Of one that has
 * no end nobody knows: it may leave just now. Looks are few; the last ones are those of the last minute. Each asks twice: it sets a button and takes it away, or forwards and deletes.
 * A group that became a supergroup has its calls under both names. */
const CALLS = `
  select e.value ->> 'bot' as bot, e.value ->> 'chat' as chat, c.pack,
    extract(epoch from ${NOW} - c.left_at) * 1000 - 1000 as ageMs,
    exists (select 1 from prewarm_proofs p where p.bot_slug = e.value ->> 'bot' and p.scope = e.value ->> 'chat'
      and p.what = 'quota' and p.result = 'messages') as packed
  from json_array_elements(cast(:lanes as json)) as e (value) join lateral (select e.value ->> 'chat' as chat
    union select m.chat_id from prewarm_lanes m where m.bot_slug = e.value ->> 'bot' and m.migrated_to = e.value ->> 'chat') n on true join lateral (
    select a.pack_id as pack, coalesce(a.ended_at, ${NOW}) as left_at from prewarm_attempts a
      where a.warmup_chat_id = n.chat and a.bot_slug = e.value ->> 'bot' and a.started_at > ${BEGUN}
        and coalesce(a.ended_at > ${WINDOW}, true)
    union all select null, coalesce(k.ended_at, ${NOW}) from (select * from prewarm_looks l order by l.id desc limit 1000) k,
      generate_series(1, 2)
      where k.chat_id = n.chat and k.bot_slug = e.value ->> 'bot' and k.started_at > ${BEGUN}
        and coalesce(k.ended_at > ${WINDOW}, true)) c on true
  order by c.left_at`;

interface LaneCallRow extends LaneName {
  readonly pack: string | null;
  readonly ageMs: number;
  readonly packed: boolean;
}

/**
 * Returns how long ago, at least, each call of the last minute of these lanes left: times are kept to the second. A message of several
 * media counts as one where it is proved that messages are counted.
 */
export function* lastCalls(lanes: readonly LaneName[]): Steps<(lane: LaneName) => readonly number[]> {
  const rows = yield* all<LaneCallRow>(CALLS, { lanes: JSON.stringify(lanes) });
  const ages = new Map(lanes.map(({ bot, chat }) => [nameOf(bot, chat), [] as number[]]));
  const packs = new Set<string>();
  for (const { bot, chat, pack, packed, ageMs } of rows) {
    const isKnown = packed && pack !== null && packs.has(pack);
    if (pack !== null) packs.add(pack);
    if (!isKnown) ages.get(nameOf(bot, chat))?.push(Math.max(0, ageMs));
  }
  return (lane) => ages.get(nameOf(lane.bot, lane.chat)) ?? [];
}

function nameOf(bot: string, chat: string): string {
  return `${bot}|${chat}`;
}
