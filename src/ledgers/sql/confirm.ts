import { type ContentId, isProvisional, provisionalId } from "../../domain/content.ts";
import type { Failure } from "../../domain/failure.ts";
import type { MediaKind } from "../../domain/media.ts";
import type { Shown } from "../../domain/shown.ts";
import type { AttemptId, Confirmation, Confirmed, KnownKey, StoredId } from "../port.ts";
import { type Attempt, endPosted, paramsOf } from "./attempts.ts";
import { rekey, resolve } from "./content.ts";
import { type Media, moveKey } from "./keys.ts";
import { hasId, idOf, readyId } from "./rows.ts";
import { one, run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

/**
 * Changes nothing where there is an older id, unless it is to be replaced: what came as another kind than was asked for does
 * not take the place of a good id of that kind.
 */
const NEW_ID = `
  insert into media_cache (bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, warmup_chat_id, warmup_message_id,
    warmup_at, status, retry_count, created_at, updated_at, weak, last_error, error_class, error_reason,
    shown_as)
  values (:bot, :content, :kind, :fileId, :fileUniqueId, :chatId, :messageId, :now, 'ready', 0, :now, :now, :weak,
    :message, :class, :reason, :shown)
  on conflict (bot_slug, sha256, kind) do update set tg_file_id = excluded.tg_file_id,
    tg_file_unique_id = excluded.tg_file_unique_id, warmup_chat_id = excluded.warmup_chat_id,
    warmup_message_id = excluded.warmup_message_id, warmup_at = excluded.warmup_at, status = 'ready',
    weak = excluded.weak, retry_count = 0, next_retry_at = null, updated_at = excluded.updated_at,
    last_error = excluded.last_error, error_class = excluded.error_class, error_reason = excluded.error_reason,
    error_settings = null, shown_as = excluded.shown_as, dead_at = null
  where :replace and (media_cache.weak or not :crossed) or not ${hasId("media_cache")}`;

const REFUSE_ASKED = `
  insert into media_cache (bot_slug, sha256, kind, status, last_error, retry_count, created_at, updated_at,
    error_class, error_reason)
  values (:bot, :content, :kind, 'error', :message, 0, :now, :now, :class, :reason)
  on conflict (bot_slug, sha256, kind) do update set status = 'error', last_error = excluded.last_error,
    next_retry_at = null, updated_at = excluded.updated_at, error_class = excluded.error_class,
    error_reason = excluded.error_reason, error_settings = null
  where not ${hasId("media_cache")}`;

/** Drops the row of content that the object turned out not to be, unless a key points at it. */
const DROP_ORPHAN = `
  delete from media_cache where bot_slug = :bot and sha256 = :content and kind = :kind and status = 'warming'
  and not exists (select 1 from media_store s where s.sha256 = :content)`;

const SIBLING = "select mime, width, height, duration from media_store where sha256 = :content limit 1";

/**
 * Stores what came back: the id under the kind it really has, the error for the requested kind, the key, the attempt. Must
 * run inside one transaction: a reader finds the old id until it commits, and the new one from then on. `lost`: the message of
 * a call whose answer was lost was found.
 */
export function* confirm(
  store: Store,
  id: AttemptId,
  confirmation: Confirmation,
  { lost = false } = {},
): Steps<Confirmed> {
  const attempt = yield* endPosted(store, id, confirmation.stored.messageId, lost);
  const content = yield* finalContent(store, attempt, confirmation.content);
  const { stored, asked, weakness, shown, replace, mime, width, height, duration } = confirmation;
  const { bot, key, etag, bytes } = attempt;
  // Named one by one, here and below: this is done for every item, and a spread of several objects costs a microsecond each.
  const isNew = yield* storeId(store, { bot, content, stored, asked, weakness, shown, replace });
  const kinds = [attempt.kind, stored.kind];
  const bots = [bot, ...confirmation.bots];
  // A good id of the kind that was asked for stays, and readers go on finding it.
  const isKept =
    stored.kind !== attempt.kind && (yield* readyId({ bot, content, kind: attempt.kind })) !== null;
  const kind = isKept ? attempt.kind : stored.kind;
  const media = { mime, width, height, duration };
  yield* moveKey(store, { bot, key, etag, bytes, content, kind, kinds, bots, media });
  yield* dropOrphan({ bot, kind: attempt.kind, was: attempt.content, content });
  const older = isNew ? null : yield* readyId({ bot, content, kind: stored.kind });
  return { stored: older ?? { ...stored }, duplicate: older !== null };
}

/** An id as it is stored, for a bot and content. */
interface NewId {
  readonly bot: string;
  readonly content: ContentId;
  readonly stored: StoredId;
  readonly asked: Confirmation["asked"];
  readonly weakness?: Failure | null | undefined;
  readonly shown?: Shown | undefined;
  readonly replace: boolean;
}

/** Stores an id under the kind it really has, and the error for the requested kind. False where an older one stays. */
export function* storeId(
  store: Store,
  { bot, content, stored, asked, weakness, shown, replace }: NewId,
): Steps<boolean> {
  const now = stamp(store.now());
  const why = asked ? null : weakness;
  const isNew = yield* run(NEW_ID, {
    bot,
    content,
    kind: stored.kind,
    fileId: stored.fileId,
    fileUniqueId: stored.fileUniqueId,
    chatId: stored.chatId,
    messageId: stored.messageId,
    weak: stored.weak,
    class: why?.class,
    reason: why?.reason,
    message: why?.message,
    shown: jsonOf(shown),
    replace,
    crossed: asked !== null,
    now,
  });
  if (asked) yield* run(REFUSE_ASKED, { bot, content, kind: asked.kind, now, ...whyOf(asked.failure) });
  return isNew > 0;
}

function jsonOf(shown: Shown = {}): string | null {
  return Object.values(shown).some((text) => text !== undefined) ? JSON.stringify(shown) : null;
}

function whyOf(why: Failure | null | undefined) {
  return { class: why?.class ?? null, reason: why?.reason ?? null, message: why?.message ?? null };
}

/**
 * Points a key at content that is ready under another key, unless it is still needed where it points: see {@link moveKey}.
 * Where the object was read, rows stored under its ETag and size move to that content first.
 */
export function* point(store: Store, known: KnownKey): Steps<void> {
  const params = yield* paramsOf(store, known);
  const { bot, content } = params;
  const { kind: asked, was = content } = known;
  if (was !== content && !isProvisional(content)) yield* rekey(store, provisionalId(known.entry), content);
  // Another kind's only where what was asked for came back as that: beside a call in doubt there may be one of another key.
  const stands = yield* idOf({ bot, content, kind: known.kind });
  const kind = typeof stands === "string" || stands === null ? known.kind : stands.kind;
  const sibling = yield* one<Media>(SIBLING, { content });
  yield* moveKey(store, {
    ...params,
    kind,
    kinds: [known.kind, kind],
    bots: [bot, ...known.bots],
    media: {
      mime: params.mime ?? sibling?.mime ?? null,
      width: params.width ?? sibling?.width ?? null,
      height: params.height ?? sibling?.height ?? null,
      duration: params.duration ?? sibling?.duration ?? null,
    },
  });
  yield* dropOrphan({ bot, kind: asked, was, content });
}

interface Reread {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly was: ContentId;
  readonly content: ContentId;
}

function* dropOrphan({ bot, kind, was, content }: Reread): Steps<void> {
  if (was !== content) yield* run(DROP_ORPHAN, { bot, kind, content: was });
}

/** Returns the content id to store under. When the hash is known, rows stored under ETag and size are moved to it first. */
function* finalContent(store: Store, attempt: Attempt, confirmed: ContentId): Steps<ContentId> {
  if (confirmed === attempt.content && isProvisional(confirmed)) return confirmed;
  const content = yield* resolve(confirmed);
  if (!isProvisional(content)) yield* rekey(store, provisionalId(attempt), content);
  return content;
}
