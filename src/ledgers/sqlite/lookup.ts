import { asMarker, bareEtag, type ContentId, isProvisional, provisionalId } from "../../domain/content.ts";
import type { FailureClass } from "../../domain/failure.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { Shown } from "../../domain/shown.ts";
import type { Found, Query } from "../port.ts";
import { fetch } from "./fetch.ts";
import { withManySizes } from "./many-sizes.ts";
import { fileId, type IdRow, isUnderWay, isWeak, storedId } from "./rows.ts";
import type { Store } from "./store.ts";

interface CacheRow extends IdRow {
  readonly sha256: ContentId;
  readonly last_error: string | null;
  readonly error_class: FailureClass | null;
  readonly error_reason: Reason | null;
  readonly error_settings: string | null;
  /** Unix seconds. */
  readonly retry_at: number | null;
  readonly shown_as: string | null;
  readonly under_way: number;
}

interface StoreRow {
  readonly etag: string | null;
  readonly bytes: number | null;
  readonly sha256: ContentId | null;
}

type CacheRows = ReadonlyMap<string, CacheRow>;

/**
 * Returns what the ledger knows, one answer for each query, in order, with a handful of statements for any length of page.
 *
 * An object is known by its SHA-256 where the entry has it; else by what `media_store` has for its key, if ETags agree
 * (bare) or, where no ETag is stored, sizes do; else by its ETag and size, where the ETag names content. An entry with a
 * SHA-256 whose content is stored under its ETag is found there, and moves to the SHA-256 when it is next confirmed.
 */
export function lookup(store: Store, asked: readonly Query[]): Found[] {
  const many = withManySizes(store, asked);
  const page = asked.map((query) => (many.has(query) ? asMarked(query) : query));
  const keys = keysOf(store, page);
  const aliases = aliasesOf(store, page, keys);
  const candidates = page.map((query) => contentsOf(query, keys.get(query.entry.key), aliases));
  const rows = rowsByBot(store, page, candidates);
  return page.map((query, i) => {
    const known = matching(keys.get(query.entry.key), query);
    const found = best(query, candidates[i] ?? [], rows.get(query.bot) ?? new Map(), known);
    return query === asked[i] ? found : { ...found, manySizes: true };
  });
}

function asMarked(query: Query): Query {
  return { ...query, entry: { ...query.entry, etag: asMarker(query.entry.etag) } };
}

function keysOf(store: Store, page: readonly Query[]): Map<string, StoreRow> {
  type Cells = [key: string, etag: string | null, bytes: number | null, sha256: string | null];
  const cells = fetch<Cells>(
    store,
    `select json_group_array(json_array(s.r2_key, s.r2_etag, s.bytes, s.sha256)) as page
     from json_each(:keys) asked cross join media_store s on s.r2_key = asked.value`,
    { keys: JSON.stringify([...new Set(page.map(({ entry }) => entry.key))]) },
  );
  return new Map(cells.map(([key, etag, bytes, sha256]) => [key, { etag, bytes, sha256 }]));
}

/** Returns the row of this key if it still describes the object as it is now. */
function matching(row: StoreRow | undefined, { entry }: Query): StoreRow | undefined {
  if (!row) return undefined;
  const etag = bareEtag(row.etag ?? "");
  const unchanged =
    etag === "" ? row.bytes === null || row.bytes === entry.bytes : etag === bareEtag(entry.etag);
  return unchanged ? row : undefined;
}

/** Returns SHA-256 by provisional id, for objects that neither their entry nor their key identifies. */
function aliasesOf(
  store: Store,
  page: readonly Query[],
  keys: ReadonlyMap<string, StoreRow>,
): Map<ContentId, ContentId> {
  const open = page.filter(
    (query) => query.entry.sha256 === undefined && matching(keys.get(query.entry.key), query)?.sha256 == null,
  );
  if (open.length === 0) return new Map();
  const cells = fetch<[ContentId, ContentId]>(
    store,
    `select json_group_array(json_array(a.provisional, a.sha256)) as page
     from json_each(:contents) asked cross join prewarm_aliases a on a.provisional = asked.value`,
    { contents: JSON.stringify([...new Set(open.map(({ entry }) => provisionalId(entry)))]) },
  );
  return new Map(cells);
}

/** Returns the content ids under which this object may be stored, the preferred one first. */
function contentsOf(
  query: Query,
  row: StoreRow | undefined,
  aliases: ReadonlyMap<ContentId, ContentId>,
): ContentId[] {
  const stored = matching(row, query)?.sha256 ?? null;
  const provisional = provisionalId(query.entry);
  const { sha256 } = query.entry;
  if (sha256 === undefined) return [stored ?? aliases.get(provisional) ?? provisional];
  return [...new Set([sha256, stored !== null && isProvisional(stored) ? stored : provisional, provisional])];
}

function rowsByBot(
  store: Store,
  page: readonly Query[],
  candidates: readonly ContentId[][],
): Map<string, CacheRows> {
  const contents = new Map<string, Set<ContentId>>();
  for (const [i, { bot }] of page.entries()) {
    const asked = contents.get(bot) ?? new Set();
    for (const content of candidates[i] ?? []) asked.add(content);
    contents.set(bot, asked);
  }
  return new Map([...contents].map(([bot, asked]) => [bot, rowsOf(store, bot, [...asked])]));
}

function rowsOf(store: Store, bot: string, contents: readonly ContentId[]): CacheRows {
  type Cells = [
    ContentId,
    CacheRow["kind"],
    CacheRow["status"],
    string | null,
    string | null,
    string | number | null,
    string | number | null,
    number | null,
    string | null,
    FailureClass | null,
    Reason | null,
    string | null,
    number | null,
    string | null,
    number,
  ];
  const cells = fetch<Cells>(
    store,
    `select json_group_array(json_array(c.sha256, c.kind, c.status, ${fileId("c")}, c.tg_file_unique_id, c.warmup_chat_id,
       c.warmup_message_id, ${isWeak("c")}, c.last_error, c.error_class, c.error_reason, c.error_settings,
       unixepoch(c.next_retry_at), c.shown_as, ${store.beside ? isUnderWay("c") : 0})) as page
     from json_each(:contents) asked cross join media_cache c on c.bot_slug = :bot and c.sha256 = asked.value`,
    { bot, contents: JSON.stringify(contents) },
  );
  return new Map(
    cells.map(([sha256, kind, status, id, uniqueId, chat, message, weak, lastError, ...error]) => [
      `${sha256} ${kind}`,
      {
        sha256,
        kind,
        status,
        tg_file_id: id,
        tg_file_unique_id: uniqueId,
        warmup_chat_id: chat,
        warmup_message_id: message,
        weak,
        last_error: lastError,
        error_class: error[0],
        error_reason: error[1],
        error_settings: error[2],
        retry_at: error[3],
        shown_as: error[4],
        under_way: error[5],
      },
    ]),
  );
}

const RANK = { ready: 5, weak: 4, under_way: 3, unknown: 2, error: 1, none: 0 } as const satisfies Record<
  Found["state"],
  number
>;

/** Returns the candidate of which the ledger knows most; of equals, the first. */
function best(
  query: Query,
  contents: readonly ContentId[],
  rows: CacheRows,
  key: StoreRow | undefined,
): Found {
  const found = contents.map((content) => foundAs(query, content, rows));
  const top = found.reduce((a, b) => (RANK[b.state] > RANK[a.state] ? b : a));
  return { ...top, keyKnown: key?.sha256 === top.content };
}

function foundAs(query: Query, content: ContentId, rows: CacheRows): Omit<Found, "keyKnown"> {
  const row = rows.get(`${content} ${query.kind}`);
  if (row?.under_way) return { content, state: "under_way", stored: null, error: null };
  const own = storedId(row);
  if (own) return { content, state: own.weak ? "weak" : "ready", stored: own, error: null, ...shownBy(row) };
  if (row?.status === "error" && row.error_reason === "came_back_as_document") {
    const document = rows.get(`${content} document`);
    const stored = storedId(document);
    if (stored) return { content, state: "weak", stored, error: errorOf(row) };
    // Its id is dead, and what it failed for then brings a new one.
    if (document?.status === "ready") return { content, state: "none", stored: null, error: null };
  }
  if (row?.status === "error" || row?.status === "unknown") {
    return { content, state: row.status, stored: null, error: errorOf(row) };
  }
  return { content, state: "none", stored: null, error: null };
}

function shownBy(row: CacheRow | undefined): { shown?: Shown } {
  return row?.shown_as ? { shown: JSON.parse(row.shown_as) as Shown } : {};
}

/** An error that the previous system left has no class; another try may help. */
function errorOf(row: CacheRow): Found["error"] {
  return {
    class: row.error_class ?? (row.status === "unknown" ? "in_doubt" : "transient"),
    reason: row.error_reason,
    message: row.last_error ?? "",
    settings: row.error_settings,
    retryAt: row.retry_at === null ? null : row.retry_at * 1000,
  };
}
