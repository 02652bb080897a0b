import type { ContentId } from "../../domain/content.ts";
import { isPermanent } from "../../domain/failure.ts";
import { extensionOf, type MediaKind } from "../../domain/media.ts";
import { REASONS, type Reason } from "../../domain/reasons.ts";
import { hasId } from "./rows.ts";
import { one, run, type Steps } from "./steps.ts";
import { type Store, stamp } from "./store.ts";

/** What is known of the media of an object; null where it is not known. */
export interface Media {
  readonly mime: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly duration: number | null;
}

/** A key and the content that it is to point at. */
export interface Move {
  readonly bot: string;
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  readonly content: ContentId;
  /** The kind under which readers find its id. */
  readonly kind: MediaKind;
  /** Kinds under which a bot may have it. */
  readonly kinds: readonly MediaKind[];
  readonly bots: readonly string[];
  readonly media: Media;
}

const KEY = "select sha256 from media_store where r2_key = :key";

const FILL = `
  update media_store set mime = coalesce(:mime, mime), width = coalesce(:width, width),
    height = coalesce(:height, height), duration = coalesce(:duration, duration), updated_at = :now
  where r2_key = :key and sha256 = :content and kind = :kind and r2_etag = :etag and bytes = :bytes`;

const MOVE = `
  insert into media_store (bot_slug, kind, r2_key, r2_etag, bytes, sha256, ext, mime, width, height, duration,
    created_at, updated_at)
  values (:bot, :kind, :key, :etag, :bytes, :content, :ext, :mime, :width, :height, :duration, :now, :now)
  on conflict (r2_key) do update set kind = excluded.kind, r2_etag = excluded.r2_etag, bytes = excluded.bytes,
    ext = excluded.ext, sha256 = excluded.sha256, updated_at = excluded.updated_at,
    mime = coalesce(excluded.mime, iif(media_store.sha256 = excluded.sha256, media_store.mime, null)),
    width = coalesce(excluded.width, iif(media_store.sha256 = excluded.sha256, media_store.width, null)),
    height = coalesce(excluded.height, iif(media_store.sha256 = excluded.sha256, media_store.height, null)),
    duration = coalesce(excluded.duration, iif(media_store.sha256 = excluded.sha256, media_store.duration, null))`;

const ready = (content: string) => `exists (select 1 from media_cache c, json_each(:kinds) k
  where c.bot_slug = bot.value and c.sha256 = ${content} and c.kind = k.value and ${hasId("c")})`;

const FOR_GOOD = (Object.keys(REASONS) as Reason[])
  .filter((reason) => isPermanent({ class: REASONS[reason].class, reason }))
  .map((reason) => `'${reason}'`);

/** The bot has no call for it in doubt or under way, and is not going to make one. */
const hasFailed = `(exists (select 1 from media_cache c, json_each(:kinds) k where c.bot_slug = bot.value and c.sha256 = :content
    and c.kind = k.value and c.status = 'error' and c.error_reason in (${FOR_GOOD}))
  and not exists (select 1 from media_cache c where c.bot_slug = bot.value and c.sha256 = :content
    and c.status in ('warming', 'unknown')))`;

const LACKS = `select 1 from json_each(:bots) bot where ${ready(":old")} and not ${ready(":content")} and not ${hasFailed} limit 1`;

/**
 * Points a key, new or known, at content, with what is known of its media. The key stays where it is while one of the bots
 * can serve what it points at now but not yet the new content, so that readers never meet a gap. A bot for which the new
 * content failed for good is not waited for: the others would never get what they have.
 */
export function* moveKey(store: Store, move: Move): Steps<void> {
  const { content, kind, key, etag, bytes, media } = move;
  const { mime, width, height, duration } = media;
  const now = stamp(store.now());
  const params = { mime, width, height, duration, key, kind, etag, bytes, content, now };
  if ((yield* run(FILL, params)) > 0) return;
  const row = yield* one<{ sha256: string | null }>(KEY, { key });
  if (!row?.sha256 || row.sha256 === content || !(yield* someoneLacks(row.sha256, move)))
    yield* run(MOVE, { ...params, bot: move.bot, ext: extensionOf(key) });
}

function* someoneLacks(old: ContentId, { content, kinds, bots }: Move): Steps<boolean> {
  const params = { old, content, kinds: JSON.stringify(kinds), bots: JSON.stringify(bots) };
  return (yield* one(LACKS, params)) !== undefined;
}
