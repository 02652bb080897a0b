import type { Failure } from "../../domain/failure.ts";
import { AttemptLost, LostCallDecided } from "../../domain/shared-work.ts";
import type { AskedRow } from "../look-port.ts";
import type { CanaryEnd, CanaryMessage, UnprovedId } from "../pack-port.ts";
import type { AttemptFacts, AttemptId, Confirmation } from "../port.ts";
import { begin, doubtRow } from "./attempts.ts";
import { LAST_BEGUN } from "./rows.ts";
import { all, one, run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

const holdIn = (states: string, held: string | undefined) => `
  update prewarm_attempts set state = 'unproved', ended_at = :now, ${LAST_BEGUN}, message_id = :messageId, held = :held,
    error_class = null, error_reason = null, error_code = null, error_message = null
  where id = :id and state in (${states})${held === undefined ? "" : ` and ${held}`}`;
const HOLD_LOST = holdIn("'unknown', 'absent', 'unchecked'", undefined);

const DISCARD = `
  update prewarm_attempts set state = 'discarded', ended_at = :now, error_class = :class, error_reason = :reason,
    error_message = :message
  where id = :id and state = 'unproved' returning bot_slug as bot, sha256 as content, kind`;

/** A row that was in doubt is so no more, unless another call for it is. */
const FREE_ROW = `
  update media_cache set status = 'warming', next_retry_at = null, updated_at = :now
  where bot_slug = :bot and sha256 = :content and kind = :kind and status = 'unknown' and not exists (
    select 1 from prewarm_attempts a where a.bot_slug = :bot and a.sha256 = :content and a.kind = :kind and a.state = 'unknown')`;

const unprovedOf = (whose: string) => `
  select id as attempt, bot_slug as bot, kind, r2_key as key, sha256 as content, warmup_chat_id as chat, held
  from prewarm_attempts where state = 'unproved' and bot_slug in (select value from json_each(:bots))${whose} order by id`;
const UNPROVED = unprovedOf("");
const UNPROVED_HERE = unprovedOf(" and fence = :fence");

/** It is an attempt of no row of ours: what becomes of it changes nothing that readers find. */
const BEGIN_CANARY = `
  insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, warmup_chat_id, owner, attempt, state, started_at, tag, purpose)
  values (:bot, 'canary:' || :content, :kind, '', :chatId, :owner, 1, 'sending', :now, :tag, 'canary') returning id`;

const END_CANARY = `
  update prewarm_attempts set state = :state, ended_at = :now, ${LAST_BEGUN}, message_id = coalesce(:messageId, message_id),
    error_class = :class, error_reason = :reason, error_message = :message
  where id = :id and purpose = 'canary' and (state in ('sending', 'ready', 'unknown', 'absent', 'unchecked') or state = :state
    or :state = 'ready' and state = 'discarded')`;

const leftCanariesOf = (whose: string) => `
  select id as canary, bot_slug as bot, kind, warmup_chat_id as chat, message_id as messageId
  from prewarm_attempts where purpose = 'canary' and state = 'ready' and bot_slug in (select value from json_each(:bots))${whose}
  order by id`;
const LEFT_CANARIES = leftCanariesOf("");
const LEFT_CANARIES_HERE = leftCanariesOf(" and fence = :fence");

/** Records the attempts of one call, all or none. */
export function* beginAll(store: Store, facts: readonly AttemptFacts[]): Steps<AttemptId[]> {
  const begun: AttemptId[] = [];
  for (const each of facts) begun.push(yield* begin(store, each));
  return begun;
}

/** Keeps what an attempt came to until its id is proved. Throws for one that is not under way. */
export function* holdUnproved(store: Store, id: AttemptId, confirmation: Confirmation): Steps<void> {
  if (!(yield* hold(holdIn("'sending'", store.held), store, id, confirmation))) throw new AttemptLost(id);
}

/** Keeps the id of a message that was found. Throws for an attempt whose answer was not lost. */
export function* holdLost(store: Store, id: AttemptId, confirmation: Confirmation): Steps<void> {
  if (!(yield* hold(HOLD_LOST, store, id, confirmation))) throw new LostCallDecided(id);
}

function* hold(sql: string, { now }: Store, id: AttemptId, confirmation: Confirmation): Steps<boolean> {
  const held = JSON.stringify(confirmation);
  const { messageId } = confirmation.stored;
  return (yield* run(sql, { id, messageId, held, now: stamp(now()) })) > 0;
}

/** Drops an id that is good for nothing but its message. Throws for one that does not wait. */
export function* discard({ now }: Store, id: AttemptId, why: Failure): Steps<void> {
  const { class: cls, reason, message } = why;
  const at = stamp(now());
  const row = yield* one<AskedRow>(DISCARD, { id, class: cls, reason, message, now: at });
  if (!row) throw new AttemptLost(id);
  yield* run(FREE_ROW, { ...row, now: at });
}

const WAITING =
  "select bot_slug as bot, sha256 as content, kind, held from prewarm_attempts where id = :id and state = 'unproved'";

/** Marks the row of an id that waits as one in doubt, under the hash of what was sent. Throws for an id that does not wait. */
export function* doubtUnproved(store: Store, id: AttemptId, why: Failure): Steps<void> {
  const row = yield* one<AskedRow & { readonly held: string }>(WAITING, { id });
  if (!row) throw new AttemptLost(id);
  yield* doubtRow(store, row, why, (JSON.parse(row.held) as Confirmation).content);
}

type HeldRow = Omit<UnprovedId, "chatId" | "confirmation"> & {
  readonly chat: string | number;
  readonly held: string;
};

/** Returns the ids that wait, the oldest first; with `fence`, those that this process has under its lease. */
export function* unproved(bots: readonly string[], fence?: number): Steps<UnprovedId[]> {
  const sql = fence === undefined ? UNPROVED : UNPROVED_HERE;
  const rows = yield* all<HeldRow>(sql, { bots: JSON.stringify(bots), fence });
  return rows.map(({ chat, held, ...row }) => ({
    ...row,
    chatId: String(chat),
    confirmation: JSON.parse(held) as Confirmation,
  }));
}

/** Records that an id is about to be sent by the method of its kind. */
export function* beginCanary(
  { now, owner }: Store,
  id: UnprovedId,
  chatId: string,
  tag: string | null,
): Steps<AttemptId> {
  const { bot, content, kind } = id;
  const row = yield* one<{ id: number }>(BEGIN_CANARY, {
    bot,
    content,
    kind,
    chatId,
    tag,
    owner,
    now: stamp(now()),
  });
  if (!row) throw new Error("a canary was not written");
  return row.id;
}

/** Records how a canary ended, be it once more. Throws for one that has ended otherwise. */
export function* endCanary({ now }: Store, id: AttemptId, end: CanaryEnd): Steps<void> {
  const failure = "failure" in end ? end.failure : null;
  const why = { class: failure?.class, reason: failure?.reason, message: failure?.message };
  const messageId = end.state === "ready" ? end.messageId : null;
  if ((yield* run(END_CANARY, { id, state: end.state, messageId, ...why, now: stamp(now()) })) === 0)
    throw new Error(`canary ${id} is not under way`);
}

type CanaryRow = Omit<CanaryMessage, "chatId"> & { readonly chat: string | number };

/** Returns the messages of canaries that were not deleted, the oldest first; with `fence`, those that this process has under its lease. */
export function* leftCanaries(bots: readonly string[], fence?: number): Steps<CanaryMessage[]> {
  const sql = fence === undefined ? LEFT_CANARIES : LEFT_CANARIES_HERE;
  const rows = yield* all<CanaryRow>(sql, { bots: JSON.stringify(bots), fence });
  return rows.map(({ chat, ...row }) => ({ ...row, chatId: String(chat) }));
}
