import { readFileSync } from "node:fs";
import { query } from "./postgres.ts";

/** The tables of a bot platform with COUNT objects, every tenth of which waits to be warmed. */
const SQL = readFileSync(new URL("platform.sql", import.meta.url), "utf8");

/** Makes the database of a platform with so many objects. */
export async function makePlatform(url: string, objects: number): Promise<void> {
  await query(url, SQL.replaceAll("COUNT", String(objects)).replaceAll("EACH", "10"));
}

/** What a platform wrote, in one value: it changes with any of it. */
export async function platformChecksum(url: string): Promise<string> {
  const [row] = await query<{ sum: string }>(
    url,
    `select md5(string_agg(t, '|')) as sum from (
       select concat_ws(' ', id, bot_slug, kind, r2_key, r2_etag, bytes, sha256, created_at, updated_at) as t from media_store
       union all
       select concat_ws(' ', id, bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, status, retry_count, created_at, updated_at)
       from media_cache order by 1) all_rows`,
  );
  return row?.sum ?? "";
}
