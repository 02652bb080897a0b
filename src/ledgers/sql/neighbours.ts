import { sharesMessageIds } from "../../domain/chat-ids.ts";
import type { Neighbour, PostedAround } from "../look-port.ts";
import { moments } from "./moments.ts";
import { all, type Params, type Steps } from "./steps.ts";
import { stamp } from "./store.ts";

/**
 * How many that were begun last (or first) are compared by their ids: more than one lane has under way at once, so that the
 * highest (lowest) is among them.
 */
const BESIDE = 64;

/** The messages of a chat: what attempts posted, and copies that looks made and that have gone since. */
const MESSAGES = [
  "select cast(:chat as text) as chat, message_id as id, prewarm_attempts.id as attempt, null as look, null as behind, last_begun, started_at, ended_at, case when purpose = 'canary' then 1 else 0 end as gone from prewarm_attempts where warmup_chat_id = :chat and message_id is not null and (:bot is null or bot_slug = :bot)",
  "select cast(:chat as text) as chat, copy_id as id, null as attempt, prewarm_looks.id as look, coalesce(behind, attempt_id) as behind, last_begun, started_at, ended_at, 1 as gone from prewarm_looks where chat_id = :chat and copy_id is not null and ended_at is not null and (:bot is null or bot_slug = :bot)",
];

/**
 * Of a copy of before `behind` was kept the attempt that was looked for had begun; beyond that nothing but the clock tells, and not where it was put
 * back while the copy was there.
 */
const BEGUN_BEFORE = [
  " and prewarm_attempts.id < coalesce(:attempt, 9223372036854775807) and coalesce(last_begun < :attempt, 1 = 1)",
  " and coalesce(behind, attempt_id) < coalesce(:attempt, 9223372036854775807) and coalesce(last_begun < :attempt, 1 = 1) and coalesce(prewarm_looks.id < :look, 1 = 1) and ended_at >= started_at",
];
const BEGUN_AFTER = [
  " and prewarm_attempts.id > coalesce(:lastBegun, :attempt, 0)",
  " and coalesce(behind >= coalesce(:lastBegun, :attempt, 0), 1 = 1) and coalesce(prewarm_looks.id > :look, 1 = 1)",
];

const BELOW = MESSAGES.map(
  (messages, at) =>
    `select max(id) as id from (${messages}${BEGUN_BEFORE[at]} and started_at < :started and ended_at < :started order by started_at desc limit ${BESIDE})`,
);

const ABOVE = MESSAGES.map(
  (messages, at) =>
    `select min(id) as id from (${messages}${BEGUN_AFTER[at]} and started_at > :settled order by started_at limit ${BESIDE})`,
);

const BETWEEN = [
  `${MESSAGES[0]} and message_id between :low and :high`,
  `${MESSAGES[1]} and copy_id between :low and :high`,
];

/** SQL: `chats`, each chat in which something was posted: a step along the index for each. */
export const WITH_CHATS = `
  with recursive chats (chat) as (
    select min(warmup_chat_id) from prewarm_attempts where message_id is not null
    union all
    select (select min(warmup_chat_id) from prewarm_attempts where message_id is not null and warmup_chat_id > chats.chat)
    from chats where chats.chat is not null)`;
const CHATS = `${WITH_CHATS} select chat from chats where chat is not null`;

const LAST = `
  select distinct message_id as id from prewarm_attempts where warmup_chat_id = :chat and message_id is not null
    and (:bot is null or bot_slug = :bot) and coalesce(purpose, '') <> 'canary'
  order by message_id desc limit 3`;

interface MessageRow {
  readonly chat: string;
  readonly id: number;
  readonly attempt: number | bigint | string | null;
  readonly look: number | bigint | string | null;
  readonly behind: number | bigint | string | null;
  readonly last_begun: number | bigint | string | null;
  readonly started_at: string;
  readonly ended_at: string;
  readonly gone: number | bigint | string;
}

/** Returns our messages around one that is looked for, in the order of their ids. */
export function* neighbours(around: PostedAround): Steps<Neighbour[]> {
  const shares = sharesMessageIds(around.chatId);
  // In its own chat there may be copies of looks alone.
  const chats = [...new Set([around.chatId, ...(shares ? yield* chatsOf() : [])])];
  const bot = shares ? around.bot : null;
  const { attempt = null, lastBegun = null, look = null } = around;
  const times = {
    started: stamp(around.startedAt),
    settled: stamp(around.settledAt),
    bot,
    attempt,
    lastBegun,
    look,
  };
  const low = Math.max(...idsOf(yield* ask<EndRow>(BELOW, chats, times)));
  const high = Math.min(...idsOf(yield* ask<EndRow>(ABOVE, chats, times)));
  const range = {
    low: Number.isFinite(low) ? low : 0,
    high: Number.isFinite(high) ? high : Number.MAX_SAFE_INTEGER,
  };
  return oneEach(yield* ask<MessageRow>(BETWEEN, chats, { ...times, ...range }))
    .sort((one, other) => one.id - other.id)
    .map(({ chat, id, attempt: by, look: byLook, behind, last_begun, started_at, ended_at, gone }) => ({
      chatId: chat,
      attempt: numberOf(by),
      look: numberOf(byLook),
      behind: numberOf(behind),
      lastBegun: numberOf(last_begun),
      isGone: Number(gone) === 1,
      messageId: id,
      ...moments(started_at, ended_at),
    }));
}

/** Returns the highest ids of our messages in a chat, the highest first. */
export function* lastPosts(bot: string, chat: string): Steps<number[]> {
  return idsOf(yield* all<EndRow>(LAST, { bot: sharesMessageIds(chat) ? bot : null, chat }));
}

/** A message of several media has an attempt for each: of these, the one by which it was known first. */
function oneEach(rows: readonly MessageRow[]): MessageRow[] {
  const byId = new Map<string, MessageRow>();
  for (const row of rows) {
    const name = `${row.chat} ${row.id}`;
    const known = byId.get(name);
    if (!known || row.ended_at < known.ended_at) byId.set(name, row);
  }
  return [...byId.values()];
}

function numberOf(id: MessageRow["attempt"]): number | null {
  return id === null ? null : Number(id);
}

interface EndRow {
  readonly id: number | null;
}

function idsOf(ends: readonly EndRow[]): number[] {
  return ends.flatMap(({ id }) => (id === null ? [] : [id]));
}

/** All rows that these queries give for these chats. */
function* ask<Row>(queries: readonly string[], chats: readonly string[], params: Params): Steps<Row[]> {
  const rows: Row[] = [];
  for (const chat of chats)
    for (const sql of queries) rows.push(...(yield* all<Row>(sql, { ...params, chat })));
  return rows;
}

function* chatsOf(): Steps<string[]> {
  const rows = yield* all<{ chat: string | number }>(CHATS);
  return rows.map(({ chat }) => String(chat)).filter(sharesMessageIds);
}
