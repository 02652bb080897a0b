import type { MediaKind } from "../../domain/media.ts";
import type { AskedRow } from "../look-port.ts";
import type { IdOrDoubt, StoredId } from "../port.ts";
import type { CacheStatus } from "./schema.ts";
import { one, type Steps } from "./steps.ts";
import type { Store } from "./store.ts";

/** The columns of `media_cache` that say whether and how an object can be sent. */
export interface IdRow {
  readonly kind: MediaKind;
  readonly status: CacheStatus;
  readonly tg_file_id: string | null;
  readonly tg_file_unique_id: string | null;
  readonly warmup_chat_id: string | number | null;
  readonly warmup_message_id: string | number | null;
  readonly weak: number | boolean | null;
}

/** SQL: the row `alias` has an id that readers find: one that is not known to be dead. */
export function hasId(alias: string): string {
  return `(${alias}.status = 'ready' and ${alias}.tg_file_id is not null and ${alias}.dead_at is null)`;
}

/** SQL: the id of row `alias`; null for one that is dead. */
export function fileId(alias: string): string {
  return `iif(${alias}.dead_at is null, ${alias}.tg_file_id, null)`;
}

/**
 * SQL: the id of row `alias` is weak. Rows that prewarm did not write have no flag and are judged as the previous system did:
 * no `file_unique_id`, or one of at most 10 characters.
 */
export function isWeak(alias: string): string {
  return `coalesce(${alias}.weak, ${alias}.tg_file_unique_id is null or length(${alias}.tg_file_unique_id) <= 10)`;
}

/** SQL: row `alias` is a photo that came back as a document, and the id of that document can be used. */
export function standsAsDocument(alias: string): string {
  return `(${alias}.status = 'error' and ${alias}.error_reason = 'came_back_as_document' and exists (
    select 1 from media_cache doc where doc.bot_slug = ${alias}.bot_slug and doc.sha256 = ${alias}.sha256
    and doc.kind = 'document' and ${hasId("doc")}))`;
}

/** SQL: readers are served by row `alias`, be it by the document that its photo came back as. */
export function servesReaders(alias: string): string {
  return `(${hasId(alias)} or ${standsAsDocument(alias)})`;
}

/** SQL: row `alias` is in doubt, and nobody has found out yet what became of its call: a failure of another one says nothing about that. */
export function isInDoubt(alias: string): string {
  return `(${alias}.status = 'unknown' and exists (select 1 from prewarm_attempts a where a.sha256 = ${alias}.sha256
    and a.bot_slug = ${alias}.bot_slug and a.kind = ${alias}.kind and a.state in ('unknown', 'unproved')))`;
}

/** SQL: a call for row `alias` is running. */
export function isUnderWay(alias: string, more = ""): string {
  return `exists (select 1 from prewarm_attempts a where a.sha256 = ${alias}.sha256 and a.bot_slug = ${alias}.bot_slug
    and a.kind = ${alias}.kind and a.state = 'sending'${more})`;
}

/**
 * SQL: an id for row `alias`, which another process than :owner left, waits to be proved, and nobody doubts it; or another one that lives is
 * about to try it.
 */
export function isUnproved(alias: string, { fence }: Store): string {
  const isTried =
    fence === undefined ? "" : ` or a.lease_until > clock_timestamp() and a.fence is distinct from ${fence}`;
  return `exists (select 1 from prewarm_attempts a where a.state = 'unproved' and a.owner <> :owner and a.sha256 = ${alias}.sha256
    and a.bot_slug = ${alias}.bot_slug and a.kind = ${alias}.kind and (${alias}.status <> 'unknown'${isTried}))`;
}

/** Whether any id that another process left waits to be proved. */
export function* hasUnproved({ owner }: Store): Steps<boolean> {
  const left = "select 1 from prewarm_attempts where state = 'unproved' and owner <> :owner limit 1";
  return (yield* one(left, { owner })) !== undefined;
}

/** SQL: notes which attempts had begun when one ends. */
export const LAST_BEGUN = "last_begun = (select max(id) from prewarm_attempts)";

/** SQL: a call of another process for row `alias` is running; null where there are no others. */
export function isElsewhere(alias: string, { beside, fence }: Store): string | null {
  if (fence !== undefined) return isUnderWay(alias, ` and a.fence is distinct from ${fence}`);
  return beside ? isUnderWay(alias) : null;
}

/** Returns the id of a row (with `weak` already judged), or null if it has none. */
export function storedId(row: IdRow | undefined): StoredId | null {
  if (row?.status !== "ready" || row.tg_file_id === null) return null;
  return {
    fileId: row.tg_file_id,
    fileUniqueId: row.tg_file_unique_id,
    chatId: row.warmup_chat_id === null ? null : String(row.warmup_chat_id),
    messageId: row.warmup_message_id === null ? null : Number(row.warmup_message_id),
    kind: row.kind,
    weak: Boolean(row.weak),
  };
}

const rowWith = (here: string) => `
  select c.kind, c.status, c.error_reason as reason, ${fileId("c")} as tg_file_id, c.tg_file_unique_id, c.warmup_chat_id, c.warmup_message_id,
    ${isWeak("c")} as weak, ${here} as here
  from media_cache c where c.bot_slug = :bot and c.sha256 = :content and c.kind = :kind`;
const ROW = rowWith("false");

/**
 * SQL: this process makes a call for row `alias`, or has an id of it that waits to be tried. One that a look found may wait for the next process:
 * its row is in doubt for that long, unless somebody had its object sent again all the same.
 */
function isHere(alias: string, { fence }: Store): string {
  const isOurs = fence === undefined ? "a.owner = :owner" : `a.fence = ${fence}`;
  return `exists (select 1 from prewarm_attempts a where a.sha256 = ${alias}.sha256 and a.bot_slug = ${alias}.bot_slug
    and a.kind = ${alias}.kind and (a.state = 'sending' or a.state = 'unproved' and ${alias}.status <> 'unknown' and not exists (
      select 1 from prewarm_attempts b where b.sha256 = a.sha256 and b.bot_slug = a.bot_slug and b.kind = a.kind and b.id > a.id)) and ${isOurs})`;
}

/** Returns the id that readers find for (bot, content, kind), or null. */
export function* readyId({ bot, content, kind }: AskedRow): Steps<StoredId | null> {
  return storedId(yield* one<IdRow>(ROW, { bot, content, kind }));
}

/** A call that was not looked for, or whose id was found and waits to be proved. */
const MAY_BE_FOUND = `
  select 1 from prewarm_attempts where sha256 = :content and bot_slug = :bot and kind = :kind and state in ('unknown', 'unproved') limit 1`;

type AnyRow = IdRow & { readonly reason: string | null; readonly here: number | boolean };

/** The same, of a document where content of this kind came back as one; without an id, whether a call is in doubt. */
export function* idOf({ bot, content, kind }: AskedRow): Steps<IdOrDoubt> {
  return yield* idOrDoubt({ bot, content, kind }, yield* one<AnyRow>(ROW, { bot, content, kind }));
}

/** The same, unless this process sends it. */
export function* idUnlessHere(store: Store, { bot, content, kind }: AskedRow): Steps<IdOrDoubt> {
  const { owner } = store;
  const row = yield* one<AnyRow>(rowWith(isHere("c", store)), { bot, content, kind, owner });
  return row?.here ? "under_way" : yield* idOrDoubt({ bot, content, kind }, row);
}

function* idOrDoubt({ bot, content, kind }: AskedRow, row: AnyRow | undefined): Steps<IdOrDoubt> {
  if (row?.status === "unknown")
    return (yield* one(MAY_BE_FOUND, { bot, content, kind })) ? "in_doubt" : "looked_for";
  const isDocument = row?.status === "error" && row.reason === "came_back_as_document";
  return isDocument ? yield* readyId({ bot, content, kind: "document" }) : storedId(row);
}
