import { MEDIA_KINDS } from "../../domain/media.ts";

/**
 * Raised when the tables change so that an older prewarm must not write to them. (One that does not know `prewarm_queue`
 * ignores it; one that does not know `dead_at`, which came with 2, would keep dead ids; one that does not know the tags and
 * message ids of attempts, which came with 3, would leave gaps among them.)
 */
export const SCHEMA_VERSION = 3;

interface TableColumn {
  readonly name: string;
  readonly type: "text" | "integer" | "real";
  /** Constraints in a table that we create; a column that is added to an existing table gets none. */
  readonly rule?: string;
  /** Values that a check on this column has to accept; `ours` are those that prewarm added since the table was first made. */
  readonly values?: { readonly all: readonly string[]; readonly ours: readonly string[] };
}

/** A table of our schema. */
export interface Table {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Columns that identify a row. */
  readonly unique: readonly string[];
}

const STATUSES = ["warming", "ready", "error", "unknown"] as const;
/** A status in `media_cache`. */
export type CacheStatus = (typeof STATUSES)[number];

/** The states that came with the third schema. `absent` and `unchecked` are lost calls of which that was decided. */
const NEW_ATTEMPT_STATES = ["absent", "unchecked", "unproved", "discarded"] as const;
const ATTEMPT_STATES = ["sending", "ready", "retry", "failed", "unknown", ...NEW_ATTEMPT_STATES] as const;
/** A state in `prewarm_attempts`. */
export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** A column that takes these values only. */
function oneOf(name: string, all: readonly string[], ours: readonly string[], more = ""): TableColumn {
  const rule = `not null check (${name} in (${all.map((value) => `'${value}'`).join(", ")}))${more}`;
  return { name, type: "text", rule, values: { all, ours } };
}

function text(name: string, rule?: string): TableColumn {
  return rule === undefined ? { name, type: "text" } : { name, type: "text", rule };
}

function integer(name: string, rule?: string): TableColumn {
  return rule === undefined ? { name, type: "integer" } : { name, type: "integer", rule };
}

const KIND = oneOf("kind", MEDIA_KINDS, ["animation", "voice"]);

const TIMES = [
  text("created_at", "not null default (datetime('now'))"),
  text("updated_at", "not null default (datetime('now'))"),
];

/** One row for each object of the bucket. */
const MEDIA_STORE: Table = {
  name: "media_store",
  columns: [
    integer("id", "primary key"),
    text("bot_slug"),
    KIND,
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

/** One row for each (bot, content, kind). The last six columns are ours, `shown_as` is JSON; `weak` is null in rows that we did not write; `dead_at` is when Telegram said that the id does not work any more. */
const MEDIA_CACHE: Table = {
  name: "media_cache",
  columns: [
    integer("id", "primary key"),
    text("bot_slug", "not null"),
    text("sha256", "not null"),
    KIND,
    text("tg_file_id"),
    text("tg_file_unique_id"),
    text("warmup_chat_id"),
    integer("warmup_message_id"),
    text("warmup_at"),
    oneOf("status", STATUSES, ["unknown"], " default 'warming'"),
    text("last_error"),
    integer("retry_count", "not null default 0"),
    text("next_retry_at"),
    text("last_retry_at"),
    ...TIMES,
    integer("weak"),
    text("error_class"),
    text("error_reason"),
    text("error_settings"),
    text("shown_as"),
    text("dead_at"),
  ],
  unique: ["bot_slug", "sha256", "kind"],
};

/**
 * One row for each call to Telegram, or for an item that failed before its call. Written before the call. `purpose` is null for
 * one that sends an object. `last_begun` is the last attempt that had begun when this one ended: unlike its times it tells their order whatever
 * a clock does; null in rows of before it was kept.
 */
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
    oneOf("state", ATTEMPT_STATES, NEW_ATTEMPT_STATES),
    text("started_at", "not null"),
    text("ended_at"),
    text("error_class"),
    text("error_reason"),
    integer("error_code"),
    text("error_message"),
    text("settings"),
    text("tag"),
    integer("message_id"),
    text("purpose"),
    text("pack_id"),
    integer("pack_index"),
    text("held"),
    integer("last_begun"),
  ],
  unique: ["id"],
};

/**
 * One row for each message that was asked for, written before the first call; `copy_id` is what a forward made of it. `behind` is the last
 * attempt that had begun when it began, `last_begun` the one when its copy was known to be there: they tell its order among attempts
 * whatever a clock does; null in rows of before they were kept.
 */
const LOOKS: Table = {
  name: "prewarm_looks",
  columns: [
    integer("id", "primary key"),
    integer("attempt_id", "not null"),
    text("bot_slug", "not null"),
    text("chat_id", "not null"),
    integer("message_id", "not null"),
    oneOf("way", ["edit", "forward"], []),
    oneOf("state", ["asking", "done"], []),
    integer("copy_id"),
    text("started_at", "not null"),
    text("ended_at"),
    integer("behind"),
    integer("last_begun"),
  ],
  unique: ["id"],
};

/** What is remembered of a lane. Times are Unix milliseconds: a flood wait is obeyed to the millisecond. */
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

/** One row for each entry that was requested by name and has not ended; `entry` is JSON. Ids are never used twice. */
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

/** What Telegram showed of a bot, in a chat, a type of chats or all (`*`). */
const PROOFS: Table = {
  name: "prewarm_proofs",
  columns: [
    text("bot_slug", "not null"),
    text("scope", "not null"),
    text("what", "not null"),
    text("result", "not null"),
    text("evidence", "not null check (json_valid(evidence))"),
    integer("at", "not null"),
  ],
  unique: ["bot_slug", "scope", "what"],
};

/** The SHA-256 of provisional content ids (`etag:<etag>:<bytes>`) for which it has become known. */
const ALIASES: Table = {
  name: "prewarm_aliases",
  columns: [text("provisional", "not null"), text("sha256", "not null")],
  unique: ["provisional"],
};

/** All tables. */
export const TABLES: readonly Table[] = [
  MEDIA_STORE,
  MEDIA_CACHE,
  ATTEMPTS,
  LOOKS,
  LANES,
  QUEUE,
  IDENTITY,
  ALIASES,
  PROOFS,
];

/** Returns the statement that creates `table`. */
export function createTable(table: Table): string {
  const columns = table.columns.map(({ name, type, rule }) => `  ${name} ${type}${rule ? ` ${rule}` : ""}`);
  const key = table.unique.join() === "id" ? [] : [`  unique (${table.unique.join(", ")})`];
  return `create table ${table.name} (\n${[...columns, ...key].join(",\n")}\n)`;
}
