import { asMarker, type ContentId, isProvisional, provisionalId } from "../../domain/content.ts";
import type { Found, Query } from "../port.ts";
import { type CacheRows, cacheRows, foundAs } from "./cache-rows.ts";
import { fetch } from "./fetch.ts";
import { isUnchanged, readyByKey, type StoreRow } from "./ready-by-key.ts";
import { seenEtags } from "./seen-etags.ts";
import type { Steps } from "./steps.ts";
import type { Store } from "./store.ts";

type Keys = ReadonlyMap<string, StoreRow>;

/**
 * Returns what the ledger knows, one answer for each query, in order, with a handful of statements for any length of page.
 *
 * An object is known by its SHA-256 where the entry has it; else by what `media_store` has for its key, if ETags agree
 * (bare) or, where no ETag is stored, sizes do; else by its ETag and size, where the ETag names content. An entry with a
 * SHA-256 whose content is stored under its ETag is found there, and moves to the SHA-256 when it is next confirmed.
 */
export function* lookup(store: Store, asked: readonly Query[], again = false): Steps<Found[]> {
  const ready = again ? new Map<Query, Found>() : yield* readyByKey(store, asked);
  if (ready.size === 0) return yield* lookupByContent(store, asked);
  const open = asked.filter((query) => !ready.has(query));
  const found = open.length === 0 ? [] : yield* lookupByContent(store, open);
  let next = 0;
  return asked.map((query) => ready.get(query) ?? (found[next++] as Found));
}

const NO_ROWS: CacheRows = new Map();

function* lookupByContent(store: Store, asked: readonly Query[]): Steps<Found[]> {
  const keys = yield* keysOf(asked);
  const { many, never } = yield* seenEtags(asked);
  const page = asked.map((query) => (many.has(query) ? asMarked(query) : query));
  const isStored = (query: Query) => matching(keys.get(query.entry.key), query)?.sha256 != null;
  const isNew = (query: Query) => never.has(query) && !isStored(query);
  const aliases = yield* aliasesOf(
    page.filter((query) => !isNew(query)),
    keys,
  );
  const candidates = page.map((query) => contentsOf(query, keys.get(query.entry.key), aliases));
  const rows = yield* rowsByBot(
    store,
    page.flatMap((query, i) => (isNew(query) ? [] : { bot: query.bot, contents: candidates[i] ?? [] })),
  );
  return page.map((query, i) => {
    const known = matching(keys.get(query.entry.key), query);
    const found = best(query, candidates[i] ?? [], rows.get(query.bot) ?? NO_ROWS, known);
    return query === asked[i] ? found : { ...found, manySizes: true };
  });
}

function asMarked(query: Query): Query {
  return { ...query, entry: { ...query.entry, etag: asMarker(query.entry.etag) } };
}

function* keysOf(page: readonly Query[]): Steps<Keys> {
  type Cells = [key: string, etag: string | null, bytes: number | null, sha256: string | null];
  const cells = yield* fetch<Cells>(
    `select json_group_array(json_array(s.r2_key, s.r2_etag, s.bytes, s.sha256)) as page
     from json_each(:keys) asked cross join media_store s on s.r2_key = asked.value`,
    { keys: JSON.stringify([...new Set(page.map(({ entry }) => entry.key))]) },
  );
  return new Map(cells.map(([key, etag, bytes, sha256]) => [key, { etag, bytes, sha256 }]));
}

/** Returns the row of this key if it still describes the object as it is now. */
function matching(row: StoreRow | undefined, query: Query): StoreRow | undefined {
  return row && isUnchanged(row, query) ? row : undefined;
}

/** Returns SHA-256 by provisional id, for objects that neither their entry nor their key identifies. */
function* aliasesOf(page: readonly Query[], keys: Keys): Steps<Map<ContentId, ContentId>> {
  const open = page.filter(
    (query) => query.entry.sha256 === undefined && matching(keys.get(query.entry.key), query)?.sha256 == null,
  );
  if (open.length === 0) return new Map();
  const cells = yield* fetch<[ContentId, ContentId]>(
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

interface ContentsOfBot {
  readonly bot: string;
  readonly contents: readonly ContentId[];
}

function* rowsByBot(store: Store, asked: readonly ContentsOfBot[]): Steps<Map<string, CacheRows>> {
  const byBot = new Map<string, Set<ContentId>>();
  for (const { bot, contents } of asked) {
    const all = byBot.get(bot) ?? new Set();
    for (const content of contents) all.add(content);
    byBot.set(bot, all);
  }
  const rows = new Map<string, CacheRows>();
  for (const [bot, contents] of byBot) rows.set(bot, yield* cacheRows(store, bot, [...contents]));
  return rows;
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
  const found = contents.map((content) => foundAs(query.kind, content, rows));
  const top = found.reduce((a, b) => (RANK[b.state] > RANK[a.state] ? b : a));
  return { ...top, keyKnown: key?.sha256 === top.content };
}
