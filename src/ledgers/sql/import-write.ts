import type { ImportChanges, LineOf } from "./import-portion.ts";
import { type BoundValue, Moment, run, type Steps } from "./steps.ts";

type Columns = Readonly<Record<string, keyof LineOf>>;

/** Columns of `media_cache` that a line fills, with its own: those that name its row, and the others. */
export const CACHE_KEY = { bot_slug: "bot", sha256: "content", kind: "kind" } as const satisfies Columns;
export const CACHE = {
  status: "status",
  weak: "weak",
  tg_file_id: "file_id",
  tg_file_unique_id: "file_unique_id",
  warmup_chat_id: "chat_id",
  warmup_message_id: "message_id",
  warmup_at: "warmup_at",
  dead_at: "dead_at",
  last_error: "last_error",
  error_class: "error_class",
  error_reason: "error_reason",
  error_settings: "error_settings",
  retry_count: "retry_count",
  next_retry_at: "next_retry_at",
  last_retry_at: "last_retry_at",
  shown_as: "shown_as",
  created_at: "created_at",
  updated_at: "updated_at",
} as const satisfies Columns;

/** Columns of `media_store` that a line fills: the one that names its row, and the others. */
export const STORE_KEY = { r2_key: "key" } as const satisfies Columns;
export const STORE = {
  sha256: "content",
  bot_slug: "object_bot",
  kind: "object_kind",
  r2_etag: "etag",
  bytes: "bytes",
  ext: "ext",
  mime: "mime",
  width: "width",
  height: "height",
  duration: "duration",
  created_at: "object_created_at",
  updated_at: "object_updated_at",
} as const satisfies Columns;

const insert = (table: string, columns: Columns) =>
  `insert into ${table} (${Object.keys(columns).join(", ")}) values (${params(columns)})`;
const params = (columns: Columns) => Object.keys(columns).map((name) => `:${name}`);
const sets = (columns: Columns) => Object.keys(columns).map((name) => `${name} = :${name}`);

const NEW_ROW = insert("media_cache", { ...CACHE_KEY, ...CACHE });
const REPLACE_ROW = `update media_cache set ${sets(CACHE)} where ${sets(CACHE_KEY).join(" and ")}`;
const NEW_KEY = insert("media_store", { ...STORE_KEY, ...STORE });
const MOVE_KEY = `update media_store set ${sets(STORE)} where ${sets(STORE_KEY)}`;
const NEW_ALIAS =
  "insert into prewarm_aliases (provisional, sha256) values (:provisional, :content) on conflict do nothing";

/** Writes changes one by one. Must run in the transaction in which they were decided, beside nobody else who writes. */
export function* writeEach({ keys, aliases, rows }: ImportChanges): Steps<void> {
  for (const { was, line } of keys.values())
    yield* run(was === undefined ? NEW_KEY : MOVE_KEY, valuesOf(line, { ...STORE_KEY, ...STORE }));
  for (const [provisional, content] of aliases) yield* run(NEW_ALIAS, { provisional, content });
  for (const { was, line } of rows.values())
    yield* run(was === undefined ? NEW_ROW : REPLACE_ROW, valuesOf(line, { ...CACHE_KEY, ...CACHE }));
}

const AS_STAMPED = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Values of a line by column; moments as the tables have them are bound as such. */
export function valuesOf(line: LineOf, columns: Columns): Record<string, BoundValue> {
  const cells = Object.entries(columns).map(([column, name]): [string, BoundValue] => {
    const value = line[name];
    const isMoment = column.endsWith("_at") && AS_STAMPED.test(String(value));
    return [column, isMoment ? new Moment(String(value)) : value];
  });
  return Object.fromEntries(cells);
}
