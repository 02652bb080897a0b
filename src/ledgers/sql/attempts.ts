import { type ContentId, isProvisional, readEtag } from "../../domain/content.ts";
import { type Failure, failure, isPermanent } from "../../domain/failure.ts";
import { extensionOf, type MediaKind } from "../../domain/media.ts";
import { AttemptLost, LostCallDecided } from "../../domain/shared-work.ts";
import type { AskedRow } from "../look-port.ts";
import type { AttemptFacts, AttemptId } from "../port.ts";
import { rekey, resolve } from "./content.ts";
import { NEW_KEY } from "./new-keys.ts";
import { answered, answeredUnderWay } from "./queue.ts";
import { isInDoubt, isUnderWay, LAST_BEGUN, servesReaders } from "./rows.ts";
import type { AttemptState } from "./schema.ts";
import { all, one, type Params, run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

/** An attempt as it was begun; `content` is the id of its content as known now. */
export interface Attempt {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly content: ContentId;
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
}

/** In a fleet whoever asks for the row again is heard at once after its call, whatever the engine was told before. */
const beginRow = (shared: boolean) => `
  insert into media_cache (bot_slug, sha256, kind, status, retry_count, created_at, updated_at)
  values (:bot, :content, :kind, 'warming', 0, :now, :now)
  on conflict (bot_slug, sha256, kind) do update set status = 'warming', next_retry_at = null, updated_at = :now${shared ? ", fed_at = null" : ""} where not ${servesReaders("media_cache")}`;

const NEW_ATTEMPT = `
  insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, r2_etag, bytes, warmup_chat_id, owner, attempt, state,
    started_at, ended_at, error_class, error_reason, error_code, error_message, settings, tag, purpose,
    pack_id, pack_index)
  values (:bot, :content, :kind, :key, :etag, :bytes, :chat, :owner,
    (select count(*) + 1 from prewarm_attempts where sha256 = :content and bot_slug = :bot and kind = :kind),
    :state, :now, :ended, :class, :reason, :code, :message, :settings, :tag, :purpose, :packId, :packIndex)
  returning id`;

/** SQL: ends an attempt that is in one of these states. */
function endAttemptIn(states: string, held = ""): string {
  return `
  update prewarm_attempts set state = :state, ended_at = :now, ${LAST_BEGUN}, error_class = :class, error_reason = :reason,
    error_code = :code, error_message = :message, message_id = iif(purpose = 'adopt', null, cast(:messageId as integer))
  where id = :id and state in (${states})${held}
  returning bot_slug as bot, kind, sha256 as content, r2_key as key, r2_etag as etag, bytes`;
}

const END_ATTEMPT = endAttemptIn("'sending'");
/** Also of an id that came in a pack, and is proved by now. */
const endPostedWhile = (held: string | undefined) =>
  endAttemptIn("'sending', 'unproved'", held === undefined ? "" : ` and (state <> 'sending' or ${held})`);
/** The end of a lost call is when its message was found: all that is known is that it was there by then. */
const END_LOST = endAttemptIn("'unknown', 'absent', 'unchecked'");

/** SQL: when to try again after one more failure than `failures`: 1, 2, 4 ... 64 minutes from now, or never. */
function nextRetry(failures: string): string {
  return `iif(:waits, datetime(:now, '+' || (1 << min(${failures}, 6)) || ' minutes'), null)`;
}

const FAIL_ROW = `
  insert into media_cache (bot_slug, sha256, kind, status, last_error, retry_count, last_retry_at, next_retry_at,
    created_at, updated_at, error_class, error_reason, error_settings)
  values (:bot, :content, :kind, 'error', :message, 1, :now, ${nextRetry("0")}, :now, :now, :class, :reason, :settings)
  on conflict (bot_slug, sha256, kind) do update set status = 'error', last_error = :message,
    retry_count = coalesce(media_cache.retry_count, 0) + 1, last_retry_at = :now,
    next_retry_at = ${nextRetry("coalesce(media_cache.retry_count, 0)")}, updated_at = :now, error_class = :class, error_reason = :reason, error_settings = :settings
  where not ${servesReaders("media_cache")} and not ${isInDoubt("media_cache")}`;

const REFUSE_ROW = `
  update media_cache set status = 'error', last_error = :message, retry_count = coalesce(retry_count, 0) + 1,
    last_retry_at = :now, next_retry_at = ${nextRetry("coalesce(retry_count, 0)")}, updated_at = :now,
    error_class = :class, error_reason = :reason, error_settings = null
  where bot_slug = :bot and kind = :kind and (status in ('warming', 'error') or dead_at is not null and status = 'ready') and not ${isUnderWay("media_cache")}
    and sha256 in (select sha256 from media_store where r2_key = :key)`;

const DOUBT_ROW = `
  update media_cache set status = 'unknown', last_error = :message, last_retry_at = :now, next_retry_at = null,
    updated_at = :now, error_class = :class, error_reason = :reason
  where bot_slug = :bot and sha256 = :content and kind = :kind and not ${servesReaders("media_cache")}`;

/** SQL: attempt `a` is one of an edit, after which no message is there that was not there before. */
const LEAVES_NOTHING = `(a.purpose is not null and a.purpose = 'adopt' and not exists (
  select 1 from prewarm_looks l where l.attempt_id = a.id and l.way = 'forward'))`;

/** SQL: an attempt that its process has left under way; with `alias`, such as `a.`. */
type Left = (alias: string) => string;
const allLeft: Left = (alias) => `${alias}state = 'sending'`;
const listedLeft: Left = (alias) => `${allLeft(alias)} and ${alias}id in (select value from json_each(:ids))`;

const doubtRows = (left: Left) => `
  update media_cache set status = 'unknown', last_error = :message, last_retry_at = :now, next_retry_at = null,
    updated_at = :now, error_class = :class, error_reason = :reason
  where rowid in (select c.rowid from prewarm_attempts a
      join media_cache c on c.bot_slug = a.bot_slug and c.sha256 = a.sha256 and c.kind = a.kind
      where ${left("a.")} and not ${LEAVES_NOTHING}) and not ${servesReaders("media_cache")}`;

const doubtAttempts = (left: Left) => `
  update prewarm_attempts set state = 'unknown', ended_at = :now, ${LAST_BEGUN}, error_class = :class, error_reason = :reason,
    error_message = :message
  where ${left("")} returning purpose`;

const giveUpEdits = (left: Left) => `
  update prewarm_attempts as a set state = 'retry', ended_at = :now, error_class = :class, error_reason = :reason,
    error_message = :message
  where ${left("")} and ${LEAVES_NOTHING}`;

/** Records a call before it is made: attempt, row, and the key if it is new. */
export function* begin(store: Store, facts: AttemptFacts): Steps<number> {
  const params = yield* paramsOf(store, facts);
  yield* run(beginRow(store.fence !== undefined), params);
  yield* run(NEW_KEY, params);
  return yield* writeAttempt({ ...params, state: "sending" });
}

/** Records that the attempt failed and another follows. */
export function* retry(store: Store, id: AttemptId, why: Failure): Steps<void> {
  yield* endAttempt(store, id, "retry", why);
}

/** Records that the item has failed in this run, before a call (`id` null) or after it. */
export function* fail(store: Store, id: AttemptId | null, facts: AttemptFacts, why: Failure): Steps<void> {
  const params = { ...(yield* paramsOf(store, facts)), ...paramsOfFailure(why) };
  if (id === null) {
    yield* run(NEW_KEY, params);
    yield* writeAttempt({ ...params, state: "failed", ended: params.now });
    yield* answered(params);
  }
  const content = id === null ? params.content : (yield* endAttempt(store, id, "failed", why)).content;
  yield* run(FAIL_ROW, { ...params, content });
}

/** Marks the row of this key in `warming` as one that cannot be started. */
export function* refuse(
  store: Store,
  { bot, kind, key }: { bot: string; kind: MediaKind; key: string },
  why: Failure,
): Steps<void> {
  yield* run(REFUSE_ROW, { bot, kind, key, now: stamp(store.now()), ...paramsOfFailure(why) });
}

/** Records that the call may have posted; where its object was read, under the hash of that, by which other keys of it are asked about. */
export function* doubt(store: Store, id: AttemptId, why: Failure, read?: ContentId): Steps<void> {
  yield* doubtRow(store, yield* endAttempt(store, id, "unknown", why), why, read);
}

/** Marks a row without an id as one in doubt, under the hash of what was read of it. */
export function* doubtRow(store: Store, row: AskedRow, why: Failure, read?: ContentId): Steps<void> {
  const { bot, content: begun, kind } = row;
  const isLearned = read !== undefined && isProvisional(begun) && !isProvisional(read);
  const content = isLearned ? read : begun;
  if (isLearned) yield* rekey(store, begun, content);
  yield* run(DOUBT_ROW, { bot, content, kind, now: stamp(store.now()), ...paramsOfFailure(why) });
}

/**
 * Turns attempts that a dead process left `sending`, or those of them that are listed, and their rows without an id, into `unknown`. Returns how many
 * attempts of objects. Edits that were to bring an id leave nothing behind: they are as if they had failed, and are not counted.
 */
export function* recover(store: Store, ids?: readonly number[]): Steps<number> {
  const why = failure("process_died", "the process ended while the call was under way");
  const listed = ids === undefined ? {} : { ids: JSON.stringify(ids) };
  const left = ids === undefined ? allLeft : listedLeft;
  const params = { now: stamp(store.now()), ...paramsOfFailure(why), ...listed };
  yield* answeredUnderWay(left("a."), params);
  yield* run(doubtRows(left), params);
  yield* run(giveUpEdits(left), params);
  const doubted = yield* all<Pick<AttemptFacts, "purpose">>(doubtAttempts(left), params);
  return doubted.filter(({ purpose }) => (purpose ?? "adopt") === "adopt").length;
}

/** Ends an attempt that is running and posted nothing for sure, and returns it. Throws when it is not running: each attempt ends once. */
function* endAttempt(
  store: Store,
  id: AttemptId,
  state: "retry" | "failed" | "unknown",
  why: Failure,
): Steps<Attempt> {
  const ended = yield* one<Attempt>(END_ATTEMPT, paramsOfEnd(store, id, state, why));
  if (!ended) throw new AttemptLost(id);
  if (state !== "retry") yield* answered(ended);
  return ended;
}

/**
 * Ends an attempt by the message that it posted and returns it: one that is running, or, if `lost`, one whose answer was lost.
 * Throws when it is not: each attempt ends once.
 */
export function* endPosted(store: Store, id: AttemptId, messageId: number, lost: boolean): Steps<Attempt> {
  const params = { ...paramsOfEnd(store, id, "ready", null), messageId };
  const ended = yield* one<Attempt>(lost ? END_LOST : endPostedWhile(store.held), params);
  if (!ended) throw lost ? new LostCallDecided(id) : new AttemptLost(id);
  yield* answered(ended);
  return ended;
}

function paramsOfEnd({ now }: Store, id: AttemptId, state: AttemptState, why: Failure | null) {
  return { id, state, now: stamp(now()), ...paramsOfFailure(why) };
}

type ContentFacts = Omit<AttemptFacts, "chatId" | "settings" | "tag"> & Partial<AttemptFacts>;

/** Returns the facts of an attempt as parameters, with the SHA-256 if it has become known since the caller looked. */
export function* paramsOf(
  store: Store,
  { bot, kind, content, entry, chatId, settings, tag, purpose, pack }: ContentFacts,
) {
  const { key, etag, bytes, mime, width, height, duration } = entry;
  return {
    bot,
    kind,
    key,
    bytes,
    mime,
    width,
    height,
    duration,
    settings,
    tag,
    purpose: purpose ?? null,
    packId: pack?.id,
    packIndex: pack?.index,
    content: yield* resolve(content),
    etag: readEtag(etag),
    ext: extensionOf(key),
    chat: chatId,
    owner: store.owner,
    now: stamp(store.now()),
  };
}

function paramsOfFailure(why: Failure | null) {
  const waits = why !== null && !isPermanent(why) && why.class !== "config";
  return { class: why?.class, reason: why?.reason, code: why?.code, message: why?.message, waits };
}

function* writeAttempt(params: Params): Steps<number> {
  const row = yield* one<{ id: number }>(NEW_ATTEMPT, params);
  if (!row) throw new Error("an attempt was not written");
  return row.id;
}
