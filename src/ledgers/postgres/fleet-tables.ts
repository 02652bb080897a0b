import type { Table } from "../sql/schema.ts";

/** What a worker of a fleet says of itself, for whoever looks at the fleet. */
const PULSE = `alter table prewarm_processes add column if not exists shared boolean not null default false,
  add column if not exists stopped boolean not null default false, add column if not exists version text,
  add column if not exists places bigint, add column if not exists active bigint,
  add column if not exists per_minute double precision, add column if not exists bots text`;

/** What one process of a fleet does for all, and until when it is its. */
const ROLES = `create table if not exists prewarm_roles (
  name text primary key,
  fence bigint not null,
  lease_until timestamptz not null
)`;

/** Statements for what only workers that share their work need. */
export const FLEET_TABLES: readonly string[] = [PULSE, ROLES];

/** When the engine of a fleet was told of it; null where it was not, or where it is to be told again. */
const FED_AT: Table["columns"][number] = { name: "fed_at", type: "text" };

/** Columns that tables have besides, for the feed of the engine. */
export const FEED_COLUMNS: Readonly<Record<string, Table["columns"]>> = {
  media_cache: [FED_AT, { name: "feed_rank", type: "integer" }],
  prewarm_queue: [FED_AT],
};

/** SQL: a row of `media_cache` is work, or will be once its failure has passed; `alias` is such as `c.`. */
export function feedable(alias: string): string {
  return `(${alias}status = 'warming' or ${alias}status = 'error' and ${alias}next_retry_at is not null
    or ${alias}status = 'ready' and ${alias}dead_at is not null)`;
}

export const FEED_INDEXES: readonly string[] = [
  `create index if not exists prewarm_cache_unfed on media_cache (bot_slug, feed_rank, id) where fed_at is null and ${feedable("")}`,
  `create index if not exists prewarm_cache_fed on media_cache (bot_slug) where fed_at is not null and ${feedable("")}`,
  `create index if not exists prewarm_cache_unranked on media_cache (id) where feed_rank is null and ${feedable("")}`,
  "create index if not exists prewarm_queue_bot on prewarm_queue (bot_slug)",
  "create index if not exists prewarm_queue_unfed on prewarm_queue (id) where fed_at is null",
];
