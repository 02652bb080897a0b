import { isProvisional, namesContent, provisionalId } from "../../domain/content.ts";
import type { LedgerRow } from "../columns.ts";
import { resolve } from "./content.ts";
import { hasId, isUnderWay } from "./rows.ts";
import { Moment, one, run, type Steps } from "./steps.ts";

/** What became of a line: see `ImportCounts`. */
export type LineEnd = "added" | "replaced" | "same" | "kept" | "none";

/** Columns of `media_cache` that a line fills, with its own. */
const CACHE = {
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
} as const satisfies Record<string, keyof LedgerRow>;

/** Columns of `media_store` that a line fills. */
const STORE = {
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
} as const satisfies Record<string, keyof LedgerRow>;

const names = (columns: object) => Object.keys(columns).join(", ");
const values = (columns: object) =>
  Object.values(columns)
    .map((name) => `:${name}`)
    .join(", ");
const sets = (columns: object) =>
  Object.entries(columns)
    .map(([name, from]) => `${name} = :${from}`)
    .join(", ");

const NEW_ROW = `insert into media_cache (bot_slug, sha256, kind, ${names(CACHE)})
  values (:bot, :content, :kind, ${values(CACHE)})`;
const REPLACE_ROW = `update media_cache set ${sets(CACHE)} where bot_slug = :bot and sha256 = :content and kind = :kind`;
const NEW_KEY = `insert into media_store (r2_key, sha256, ${names(STORE)}) values (:key, :content, ${values(STORE)})`;
const MOVE_KEY = `update media_store set sha256 = :content, ${sets(STORE)} where r2_key = :key`;
const NEW_ALIAS = `insert into prewarm_aliases (provisional, sha256) values (:provisional, :content) on conflict do nothing`;

/** How much a row is worth: an id that works, a dead one, none. */
const WORTH =
  "case when c.status <> 'ready' or c.tg_file_id is null then 0 when c.dead_at is null then 2 else 1 end";
const OLD_ROW = `select ${WORTH} as worth, c.tg_file_id as fileId, c.status, ${isUnderWay("c")} as underWay
  from media_cache c where c.bot_slug = :bot and c.sha256 = :content and c.kind = :kind`;
const OLD_KEY = `select s.sha256 as content, exists (select 1 from media_cache c
    where c.sha256 = s.sha256 and ${hasId("c")}) as serves
  from media_store s where s.r2_key = :key`;

interface OldRow {
  readonly worth: number;
  readonly fileId: string | null;
  readonly status: string;
  readonly underWay: number | boolean;
}

/** Takes one line in: its key, then its row. Must run inside a transaction. */
export function* takeLine(row: LedgerRow, force: boolean): Steps<LineEnd> {
  const content = yield* contentOf(row);
  const params = { ...row, ...momentsOf(row), content };
  if (row.key !== null && !(yield* takeKey(params, force))) return "kept";
  return row.bot === null || content === null ? "none" : yield* takeRow(params, force);
}

type LineParams = LedgerRow & { readonly content: string | null };

const AS_STAMPED = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Moments as the tables have them, which are bound as such. */
function momentsOf(row: LedgerRow): Readonly<Record<string, Moment>> {
  const moments = Object.entries(row).filter(
    ([name, value]) => name.endsWith("_at") && AS_STAMPED.test(String(value)),
  );
  return Object.fromEntries(moments.map(([name, value]) => [name, new Moment(String(value))]));
}

/** The content that a line is of, under the SHA-256 that has become known of it here. */
function* contentOf({ key, sha256, etag, bytes }: LedgerRow): Steps<string | null> {
  if (sha256 !== null) return yield* resolve(sha256);
  if (key === null || etag === null || bytes === null) return null;
  return yield* resolve(provisionalId({ key, etag, bytes }));
}

/** False where the key stays with other content: one that somebody serves now. */
function* takeKey(params: LineParams, force: boolean): Steps<boolean> {
  const { key, content, etag, bytes } = params;
  const old = yield* one<{ content: string | null; serves: number | boolean }>(OLD_KEY, { key });
  const differs = old !== undefined && old.content !== content;
  if (differs && (content === null || (old.serves && !(force && params.file_id !== null)))) return false;
  if (old === undefined) yield* run(NEW_KEY, params);
  else if (differs) yield* run(MOVE_KEY, params);
  if (key !== null && content !== null && etag !== null && bytes !== null && !isProvisional(content))
    if (namesContent(etag))
      yield* run(NEW_ALIAS, { content, provisional: provisionalId({ key, etag, bytes }) });
  return true;
}

function* takeRow(params: LineParams, force: boolean): Steps<LineEnd> {
  const old = yield* one<OldRow>(OLD_ROW, params);
  if (old === undefined) {
    yield* run(NEW_ROW, params);
    return "added";
  }
  if (isSame(old, params)) return "same";
  const [mine, theirs] = [old.worth, worthOf(params)];
  const gives = theirs > mine || (force && theirs === mine);
  if (!gives || (old.underWay && theirs === 0)) return "kept";
  yield* run(REPLACE_ROW, params);
  return "replaced";
}

function isSame(old: OldRow, { file_id, status, dead_at }: LedgerRow): boolean {
  const isDead = old.worth === 1;
  return (
    old.fileId === file_id && old.status === status && (old.worth === 0 || isDead === (dead_at !== null))
  );
}

function worthOf({ status, file_id, dead_at }: LedgerRow): number {
  if (status !== "ready" || file_id === null) return 0;
  return dead_at === null ? 2 : 1;
}
