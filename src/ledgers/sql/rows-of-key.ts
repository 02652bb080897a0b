import type { KeyIds, RowOfLookup } from "../lookup-rows.ts";
import { hasId, isWeak, standsAsDocument } from "./rows.ts";
import { all, one, type Params, type Steps } from "./steps.ts";

const COLUMNS = `c.bot_slug as bot, c.kind, case when ${hasId("c")} then iif(${isWeak("c")}, 'weak', 'ready')
      when ${standsAsDocument("c")} then 'as document' when c.status = 'error' then 'failed'
      when c.status = 'ready' then iif(c.tg_file_id is null, 'warming', 'dead') else c.status end as state,
    c.tg_file_id as fileId, c.tg_file_unique_id as fileUniqueId, c.dead_at as deadAt, c.warmup_at as warmedAt,
    cast(c.warmup_chat_id as text) as chatId, c.warmup_message_id as messageId,
    c.error_reason as reason, c.last_error as message, c.updated_at as updatedAt`;
const ROWS = `select ${COLUMNS}
  from media_store s join media_cache c on c.sha256 = s.sha256 where s.r2_key = :key order by 1, 2`;
const ROWS_OF_KEYS = `select s.r2_key as key, ${COLUMNS} from json_each(:keys) asked
  cross join media_store s on s.r2_key = asked.value cross join media_cache c on c.sha256 = s.sha256 order by 1, 2, 3`;

const OBJECT = "select r2_etag as etag, bytes, sha256 as content from media_store where r2_key = :key";

/** Returns the slugs of all bots that have a row. */
export function* botsWithRows(): Steps<string[]> {
  const rows = yield* all<{ bot: string }>("select distinct bot_slug as bot from media_cache order by 1");
  return rows.map(({ bot }) => bot);
}

/** Returns what there is for a key, by bot and kind; null where the ledger does not have the key. */
export function* rowsOfKey(key: string): Steps<KeyIds | null> {
  const object = yield* one<Pick<KeyIds, "etag" | "bytes" | "content">>(OBJECT, { key });
  if (object === undefined) return null;
  return { ...object, rows: yield* all<RowOfLookup>(ROWS, { key }) };
}

/** Returns the rows of all these keys, each with its key. */
export function rowsOfKeys(keys: readonly string[]): Steps<(RowOfLookup & { readonly key: string })[]> {
  return all<RowOfLookup & { readonly key: string }>(ROWS_OF_KEYS, { keys: JSON.stringify(keys) });
}

const LIKE = `select r2_key as key from media_store where lower(r2_key) in (select lower(value) from json_each(:forms))
  and r2_key <> :key limit :most`;
const NAMED = `select r2_key as key from media_store where substr('/' || r2_key, -length(:name)) = :name
  and r2_key <> :key limit :most`;
const AFTER =
  "select r2_key as key from media_store where r2_key /* by byte */ > :key order by r2_key /* by byte */ limit :most";
const BEFORE =
  "select r2_key as key from media_store where r2_key /* by byte */ < :key order by r2_key /* by byte */ desc limit :most";

/**
 * Returns the keys that `key` may have been meant to be, `most` at most: `spellings` of it, with whatever capitals, and those of
 * the same name in other folders; without any, those that begin most like it.
 */
export function* nearKeys(key: string, spellings: readonly string[], most: number): Steps<string[]> {
  const keys = function* (sql: string, params: Params = {}): Steps<string[]> {
    const rows = yield* all<{ key: string }>(sql, { key, most, ...params });
    return rows.map((row) => row.key);
  };
  const name = key.slice(key.lastIndexOf("/") + 1);
  const named = name === "" ? [] : yield* keys(NAMED, { name: `/${name}` });
  const found = new Set([...(yield* keys(LIKE, { forms: JSON.stringify([key, ...spellings]) })), ...named]);
  if (found.size > 0) return [...found].slice(0, most);
  const beside = [...(yield* keys(BEFORE)), ...(yield* keys(AFTER))].map((each) => ({
    each,
    shared: shared(key, each),
  }));
  beside.sort((a, b) => b.shared - a.shared);
  return beside.slice(0, most).map(({ each }) => each);
}

/** How many characters two texts have in common at their begin. */
function shared(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}
