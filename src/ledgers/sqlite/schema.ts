import { MEDIA_KINDS } from "../../domain/media.ts";

/**
 * Rises when the shape of the tables changes in a way that an older prewarm must not write to. One that does not know
 * `prewarm_queue` leaves it as it is.
 */
export const SCHEMA_VERSION = 1;

interface Column {
  readonly name: string;
  readonly type: "text" | "integer" | "real";
  /** Constraints of a table that we make; a column added to a table that was there gets none. */
  readonly rule?: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns that identify a row. */
  readonly unique: readonly string[];
}

const STATUSES = ["warming", "ready", "error", "unknown"] as const;
export type Status = (typeof STATUSES)[number];

const ATTEMPT_STATES = ["sending", "ready", "retry", "failed", "unknown"] as const;

function oneOf(column: string, values: readonly string[]): string {
  return `not null check (${column} in (${values.map((value) => `'${value}'`).join(", ")}))`;
}

function text(name: string, rule?: string): Column {
  return rule === undefined ? { name, type: "text" } : { name, type: "text", rule };
}

function integer(name: string, rule?: string): Column {
  return rule === undefined ? { name, type: "integer" } : { name, type: "integer", rule };
}

const TIMES = [
  text("created_at", "not null default (datetime('now'))"),
  text("updated_at", "not null default (datetime('now'))"),
];

/** One row an object of the bucket. */
const MEDIA_STORE: Table = {
  name: "media_store",
  columns: [
    integer("id", "primary key"),
    text("bot_slug"),
    text("kind", oneOf("kind", MEDIA_KINDS)),
    text("r2_key", "not null"),
    text("r2_etag"),
    integer("bytes"),
    text("sha256"),
    text("ext"),
    text("mime"),
    integer("width"),
    integer("height"),
    { name: "duration", type: "real" },
    ...TIMES,
  ],
  unique: ["r2_key"],
};

/** One row a (bot, content, kind). The last four columns are ours; `weak` is null in rows that we did not write. */
const MEDIA_CACHE: Table = {
  name: "media_cache",
  columns: [
    integer("id", "primary key"),
    text("bot_slug", "not null"),
    text("sha256", "not null"),
    text("kind", oneOf("kind", MEDIA_KINDS)),
    text("tg_file_id"),
    text("tg_file_unique_id"),
    text("warmup_chat_id"),
    integer("warmup_message_id"),
    text("warmup_at"),
    text("status", `${oneOf("status", STATUSES)} default 'warming'`),
    text("last_error"),
    integer("retry_count", "not null default 0"),
    text("next_retry_at"),
    text("last_retry_at"),
    ...TIMES,
    integer("weak"),
    text("error_class"),
    text("error_reason"),
    text("error_settings"),
  ],
  unique: ["bot_slug", "sha256", "kind"],
};

/** One row a call to Telegram, or an item that failed before its call. Written before the call. */
const ATTEMPTS: Table = {
  name: "prewarm_attempts",
  columns: [
    integer("id", "primary key"),
    text("bot_slug", "not null"),
    text("sha256", "not null"),
    text("kind", "not null"),
    text("r2_key", "not null"),
    text("r2_etag"),
    integer("bytes"),
    text("warmup_chat_id"),
    text("owner", "not null"),
    integer("attempt", "not null"),
    text("state", oneOf("state", ATTEMPT_STATES)),
    text("started_at", "not null"),
    text("ended_at"),
    text("error_class"),
    text("error_reason"),
    integer("error_code"),
    text("error_message"),
    text("settings"),
  ],
  unique: ["id"],
};

/** What is worth keeping of a lane. Moments are Unix milliseconds: a flood wait is obeyed to the millisecond. */
const LANES: Table = {
  name: "prewarm_lanes",
  columns: [
    text("bot_slug", "not null"),
    text("chat_id", "not null"),
    integer("frozen_until", "not null default 0"),
    { name: "pace", type: "real" },
    integer("pace_at"),
    text("migrated_to"),
    text("updated_at", "not null"),
  ],
  unique: ["bot_slug", "chat_id"],
};

/** Whose ledger this is, its schema version, and who writes to it now. */
const IDENTITY: Table = {
  name: "prewarm_identity",
  columns: [text("key", "not null"), text("value", "not null")],
  unique: ["key"],
};

/** One row an entry that was asked for by name and has not ended; `entry` is JSON. Ids are never used twice. */
const QUEUE: Table = {
  name: "prewarm_queue",
  columns: [
    integer("id", "primary key autoincrement"),
    text("r2_key", "not null"),
    text("bot_slug"),
    text("kind"),
    text("entry", "not null check (json_valid(entry))"),
    text("created_at", "not null"),
  ],
  unique: ["id"],
};

/** Content ids by `etag:<etag>:<bytes>` whose SHA-256 became known. */
const ALIASES: Table = {
  name: "prewarm_aliases",
  columns: [text("provisional", "not null"), text("sha256", "not null")],
  unique: ["provisional"],
};

export const TABLES: readonly Table[] = [MEDIA_STORE, MEDIA_CACHE, ATTEMPTS, LANES, QUEUE, IDENTITY, ALIASES];

export const INDEXES = [
  "create index if not exists prewarm_store_content on media_store (sha256)",
  "create index if not exists prewarm_cache_content on media_cache (sha256)",
  "create index if not exists prewarm_cache_warming on media_cache (bot_slug) where status = 'warming'",
  "create unique index if not exists prewarm_queue_entry on prewarm_queue (r2_key, coalesce(bot_slug, ''), coalesce(kind, ''))",
  "create index if not exists prewarm_attempts_content on prewarm_attempts (sha256, bot_slug, kind)",
  "create index if not exists prewarm_attempts_key on prewarm_attempts (r2_key, bot_slug, kind)",
  "create index if not exists prewarm_attempts_sending on prewarm_attempts (id) where state = 'sending'",
] as const;

/** Values that a check on these columns has to let through; the second of each pair are those that came with us. */
export const WANTED: Readonly<
  Record<string, { readonly all: readonly string[]; readonly ours: readonly string[] }>
> = {
  kind: { all: MEDIA_KINDS, ours: ["animation", "voice"] },
  status: { all: STATUSES, ours: ["unknown"] },
};

/** The statement that makes `table`. */
export function createTable(table: Table): string {
  const columns = table.columns.map(({ name, type, rule }) => `  ${name} ${type}${rule ? ` ${rule}` : ""}`);
  const key = table.unique.join() === "id" ? [] : [`  unique (${table.unique.join(", ")})`];
  return `create table ${table.name} (\n${[...columns, ...key].join(",\n")}\n)`;
}
