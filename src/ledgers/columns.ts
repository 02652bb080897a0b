/** How the values of a column are written. */
type ColumnForm = "text" | "whole" | "number" | "flag";

/**
 * The columns of an export, in their order: one line for each key, bot and kind. The first 21 are those of its row in
 * `media_cache`, null for a key without one; then those of the key in `media_store`; last whose ids these are. `weak` is
 * judged where the row has no flag. Moments are as in the tables, UTC text.
 */
export const EXPORT_COLUMNS = {
  key: "text",
  bot: "text",
  kind: "text",
  status: "text",
  weak: "flag",
  file_id: "text",
  file_unique_id: "text",
  chat_id: "text",
  message_id: "whole",
  warmup_at: "text",
  dead_at: "text",
  last_error: "text",
  error_class: "text",
  error_reason: "text",
  error_settings: "text",
  retry_count: "whole",
  next_retry_at: "text",
  last_retry_at: "text",
  shown_as: "text",
  created_at: "text",
  updated_at: "text",
  sha256: "text",
  etag: "text",
  bytes: "whole",
  ext: "text",
  mime: "text",
  width: "whole",
  height: "whole",
  duration: "number",
  object_bot: "text",
  object_kind: "text",
  object_created_at: "text",
  object_updated_at: "text",
  bot_id: "text",
  api_root: "text",
  bucket: "text",
  endpoint: "text",
  sandbox: "flag",
} as const satisfies Record<string, ColumnForm>;

type ValueOf<Form extends ColumnForm> = Form extends "text" ? string : Form extends "flag" ? boolean : number;

/** One line of an export. */
export type LedgerRow = {
  readonly [Name in keyof typeof EXPORT_COLUMNS]: ValueOf<(typeof EXPORT_COLUMNS)[Name]> | null;
};

/** Which rows are wanted; without a member, all. */
export interface RowFilter {
  readonly bots?: readonly string[] | undefined;
  readonly kind?: string | undefined;
  readonly prefix?: string | undefined;
  /** Unix milliseconds: only rows that were changed then or later. */
  readonly since?: number | undefined;
}
