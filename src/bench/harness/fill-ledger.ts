import { INDEXES } from "../../ledgers/sql/indexes.ts";
import { Sqlite } from "../../ledgers/sqlite/adapter.ts";
import { openSqliteLedger } from "../../ledgers/sqlite.ts";

/** The bot of every row. */
export const BOT = "default";
/** A prime: spreads neighbouring numbers over all ETags, as MD5 would. */
const SPREAD = 2_654_435_761;
const WORD = 4_294_967_296;

/** Key, size and ETag of the object of a number, as a listing would give them. */
export function objectOf(number: number): { key: string; bytes: number; etag: string; modifiedAt: number } {
  const word = ((number * SPREAD) % WORD).toString(16).padStart(8, "0");
  return {
    key: `covers/${String(number).padStart(7, "0")}.jpg`,
    bytes: 20_000 + number,
    etag: word.repeat(4),
    modifiedAt: 1_767_225_600_000 + number,
  };
}

const WORDS = (number: string) => `printf('%08x', (${number} * ${SPREAD}) % ${WORD})`;

const OBJECTS = (rows: number) => `
  insert into media_store (bot_slug, kind, r2_key, r2_etag, bytes, sha256)
  with recursive count (i) as (select 0 union all select i + 1 from count where i < ${rows - 1}),
    object (i, etag) as (select i, ${WORDS("i")} || ${WORDS("i")} || ${WORDS("i")} || ${WORDS("i")} from count)
  select '${BOT}', 'photo', printf('covers/%07d.jpg', i), etag, 20000 + i, 'etag:' || etag || ':' || (20000 + i) from object`;

const IDS = `
  insert into media_cache (bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, warmup_chat_id, warmup_message_id, status, weak)
  select bot_slug, sha256, kind, printf('AgACAgIAAx%062d', id), printf('AQAD%012d', id), '-1001', id, 'ready', 0
  from media_store order by sha256`;

/**
 * Makes a ledger in which the first `rows` objects of {@link objectOf} are ready: by SQL in one transaction, not durably,
 * with the indexes of contents built at the end; then it is what a run that warmed them would have left.
 */
export async function fillLedger(path: string, rows: number): Promise<void> {
  const ledger = await openSqliteLedger({ path, command: "prewarm bench" });
  await ledger.close();
  const db = new Sqlite(path, path);
  const names = INDEXES.map((sql) => /if not exists (\w+)/.exec(sql)?.[1]);
  db.exec("pragma synchronous = off; pragma cache_size = -65536");
  db.exec(
    ["begin", ...names.map((name) => `drop index ${name}`), OBJECTS(rows), IDS, ...INDEXES, "commit"].join(
      ";\n",
    ),
  );
  db.exec("pragma wal_checkpoint(truncate)");
  db.close();
}
