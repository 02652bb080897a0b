import type { Selection } from "../../domain/choices.ts";
import { type ContentId, isProvisional } from "../../domain/content.ts";
import type { MediaKind } from "../../domain/media.ts";
import type { Cut, RowOfKey, Selected } from "../port.ts";
import { isAskedFor } from "./asked-as.ts";
import { hasId, isWeak, standsAsDocument } from "./rows.ts";
import { all, one, type Play, type Steps } from "./steps.ts";
import { PAGE_ROWS } from "./store.ts";

/** SQL conditions on a row `c`, as {@link Found.state} means them: a photo stored as a document is weak, not failed. */
export const CONDITIONS: Readonly<Record<Selection, string>> = {
  failed: `(c.status = 'error' and not ${standsAsDocument("c")})`,
  unknown: "c.status = 'unknown'",
  weak: `(${standsAsDocument("c")} or (${hasId("c")} and ${isWeak("c")} and not (c.kind = 'document' and exists (
    select 1 from media_cache photo where photo.bot_slug = c.bot_slug and photo.sha256 = c.sha256
    and photo.status = 'error' and photo.error_reason = 'came_back_as_document'))))`,
};

/**
 * SQL: this of the attempt by which a (bot, kind, key) was last tried; null for a key that was never tried. One that found the
 * object changed or gone says what the key is not any more: any other counts before it.
 */
const newest = (column: "id" | "sha256", key: string) => `(select a.${column} from prewarm_attempts a
  where a.r2_key = ${key} and a.bot_slug = c.bot_slug and a.kind = c.kind
  order by case when a.error_reason in ('object_changed', 'object_missing') then 1 else 0 end, a.id desc limit 1)`;

/** A row of `media_cache` with one of its keys. */
export interface KeyRow {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly content: ContentId;
  readonly key: string;
  readonly etag: string | null;
  readonly bytes: number | null;
}

interface AskedAs {
  /** See {@link isAskedFor}. */
  readonly asked: number | boolean | null;
}

/**
 * Yields the keys whose rows are in these states, in pages of at most 1,000, each (bot, kind, key) once; rows that are added
 * or changed meanwhile neither repeat nor hide others. Keys come from `media_store`, or from the attempt where the key does
 * not (yet) point at that content.
 */
export async function* select(play: Play, what: readonly Selection[], cut: Cut): AsyncGenerator<Selected[]> {
  const { last } = (await play(() => one<{ last: RowId | null }>(LAST_ROW))) ?? {};
  const conditions = what.map((state) => CONDITIONS[state]).join(" or ") || "1 = 0";
  const params = { last: last ?? 0, bots: JSON.stringify(cut.bots) };
  let after: RowId = FIRST_ROW;
  while (true) {
    const from: RowId = after;
    const ids: { id: RowId }[] = await play(() =>
      all<{ id: RowId }>(pageOf(conditions), { ...params, after: from }),
    );
    const end = ids.at(-1);
    if (end === undefined) return;
    after = end.id;
    const page = ids.map(({ id }) => id);
    const found = await play(() => keysOf(page, cut));
    for (let i = 0; i < found.length; i += PAGE_ROWS) yield found.slice(i, i + PAGE_ROWS);
  }
}

/** What tells a row of `media_cache` from others, and rises: a number, or a text where a database has no number for it. */
export type RowId = number | string;
/** Below every {@link RowId}, also as a text. */
export const FIRST_ROW = Number.MIN_SAFE_INTEGER;

const LAST_ROW = "select max(c.rowid) as last from media_cache c";

function pageOf(conditions: string): string {
  return `select c.rowid as id from media_cache c where c.rowid > :after and c.rowid <= :last
    and c.bot_slug in (select value from json_each(:bots)) and (${conditions}) order by c.rowid limit ${PAGE_ROWS}`;
}

function* keysOf(ids: readonly RowId[], { prefix = "", anyKind = false }: Cut): Steps<Selected[]> {
  const rows = yield* keysOfContent(ids, prefix);
  if (!anyKind) return rows.filter(({ asked }) => asked).map(selected);
  return rows.map((row) => (row.asked ? selected(row) : { ...selected(row), asked: false }));
}

/** Returns the keys that were asked for as these rows of `media_cache`, by row and key. */
export function* keyRows(ids: readonly RowId[]): Steps<(KeyRow & { readonly id: RowId })[]> {
  return (yield* keysOfContent(ids, "")).filter(({ asked }) => asked);
}

/**
 * Returns all keys of the content of these rows, by row and key. The prefix is compared character by character: in LIKE it would
 * need escapes and ignore case.
 */
function* keysOfContent(
  ids: readonly RowId[],
  prefix: string,
): Steps<(KeyRow & AskedAs & { readonly id: RowId })[]> {
  const rows = yield* all<KeyRow & AskedAs & { readonly id: RowId }>(
    `select c.rowid as id, c.bot_slug as bot, c.kind, c.sha256 as content, s.r2_key as key, s.r2_etag as etag, s.bytes,
       ${isAskedFor("c", "s")} as asked
     from json_each(:ids) listed join media_cache c on c.rowid = listed.value join media_store s on s.sha256 = c.sha256
     where substr(s.r2_key, 1, length(:prefix)) = :prefix and coalesce(${newest("sha256", "s.r2_key")}, c.sha256) = c.sha256
     union all
     select c.rowid, c.bot_slug, c.kind, c.sha256, t.r2_key, t.r2_etag, t.bytes, 1 = 1
     from json_each(:ids) listed join media_cache c on c.rowid = listed.value
     join prewarm_attempts t on t.sha256 = c.sha256 and t.bot_slug = c.bot_slug and t.kind = c.kind
     where substr(t.r2_key, 1, length(:prefix)) = :prefix
     and t.id = ${newest("id", "t.r2_key")}
     order by 1, 5`,
    { ids: JSON.stringify(ids), prefix },
  );
  // A key that is on both sides is taken from its attempt, which always has ETag and size.
  const byKey = new Map(rows.map((row) => [`${row.id} ${row.key}`, row]));
  return [...byKey.values()];
}

const COUNT_BAD = `
  select count(*) filter (where ${CONDITIONS.failed}) as failed, count(*) filter (where ${CONDITIONS.unknown}) as unknown
  from media_cache c indexed by prewarm_cache_bad
  where c.status in ('error', 'unknown') and c.bot_slug in (select value from json_each(:bots))`;

/** Counts the rows that {@link select} would find as failed, or as unknown. */
export function* countBad(bots: readonly string[]): Steps<{ failed: number; unknown: number }> {
  return (
    (yield* one<{ failed: number; unknown: number }>(COUNT_BAD, { bots: JSON.stringify(bots) })) ?? {
      failed: 0,
      unknown: 0,
    }
  );
}

/** Returns the rows of these keys, each with the state that {@link select} would find it by. */
export function* rowsOf(keys: readonly string[], bots: readonly string[]): Steps<RowOfKey[]> {
  const state = `case when ${CONDITIONS.failed} then 'failed' when ${CONDITIONS.unknown} then 'unknown'
    when ${CONDITIONS.weak} then 'weak' when ${hasId("c")} then 'ready' else 'waiting' end as state`;
  const columns = `c.rowid as id, c.bot_slug as bot, c.kind, c.sha256 as content, ${state}, c.error_reason as reason`;
  const rows = yield* all<KeyRow & AskedAs & Pick<RowOfKey, "state" | "reason"> & { readonly id: RowId }>(
    `select ${columns}, s.r2_key as key, s.r2_etag as etag, s.bytes,
       ${isAskedFor("c", "s")} as asked
     from json_each(:keys) listed join media_store s on s.r2_key = listed.value join media_cache c on c.sha256 = s.sha256
     where c.bot_slug in (select value from json_each(:bots)) and coalesce(${newest("sha256", "s.r2_key")}, c.sha256) = c.sha256
     union all
     select ${columns}, t.r2_key, t.r2_etag, t.bytes, 1 = 1
     from json_each(:keys) listed join prewarm_attempts t on t.r2_key = listed.value
     join media_cache c on c.sha256 = t.sha256 and c.bot_slug = t.bot_slug and c.kind = t.kind
     where c.bot_slug in (select value from json_each(:bots)) and t.id = ${newest("id", "t.r2_key")}
     order by 7, 1`,
    { keys: JSON.stringify(keys), bots: JSON.stringify(bots) },
  );
  const byRow = new Map(rows.filter(({ asked }) => asked).map((row) => [`${row.id} ${row.key}`, row]));
  return [...byRow.values()].map((row) => ({ ...selected(row), state: row.state, reason: row.reason }));
}

/** Returns a row with its key as an entry. */
export function selected({ bot, kind, content, key, etag, bytes }: KeyRow): Selected {
  const known = { key, ...(etag === null ? {} : { etag }), ...(bytes === null ? {} : { bytes }) };
  // Without an ETag nobody could tell that the object has changed since its hash was taken.
  return {
    bot,
    kind,
    entry: etag === null || isProvisional(content) ? known : { ...known, sha256: content },
  };
}
