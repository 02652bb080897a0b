import type { ContentId } from "../../domain/content.ts";
import type { FailureClass } from "../../domain/failure.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { Shown } from "../../domain/shown.ts";
import type { Found } from "../port.ts";
import { fetch } from "./fetch.ts";
import { fileId, hasUnproved, type IdRow, isElsewhere, isUnproved, isWeak, storedId } from "./rows.ts";
import type { Steps } from "./steps.ts";
import type { Store } from "./store.ts";

interface CacheRow extends IdRow {
  readonly last_error: string | null;
  readonly error_class: FailureClass | null;
  readonly error_reason: Reason | null;
  readonly error_settings: string | null;
  /** Unix seconds. */
  readonly retry_at: number | null;
  readonly shown_as: string | null;
  readonly under_way: number | boolean;
}

/** The rows of one bot by content: one for each kind that it was sent as. */
export type CacheRows = ReadonlyMap<ContentId, readonly CacheRow[]>;

/** What these rows say of one content; whether its key is known is not theirs to say. */
type FoundContent = Omit<Found, "keyKnown">;

type Cells = readonly [
  at: number,
  kind: CacheRow["kind"],
  status: CacheRow["status"],
  fileId: string | null,
  fileUniqueId: string | null,
  chat: string | number | null,
  message: string | number | null,
  weak: number | boolean | null,
  lastError: string | null,
  errorClass: FailureClass | null,
  errorReason: Reason | null,
  errorSettings: string | null,
  retryAt: number | null,
  shownAs: string | null,
  underWay: number | boolean,
];

/** Reads the rows of these contents. */
export function* cacheRows(store: Store, bot: string, contents: readonly ContentId[]): Steps<CacheRows> {
  const beside = yield* underWay(store);
  const page = yield* fetch<Cells>(
    `select json_group_array(json_array(asked.key, c.kind, c.status, ${fileId("c")}, c.tg_file_unique_id, c.warmup_chat_id,
       c.warmup_message_id, ${isWeak("c")}, c.last_error, c.error_class, c.error_reason, c.error_settings,
       unixepoch(c.next_retry_at), c.shown_as, ${beside})) as page
     from json_each(:contents) asked cross join media_cache c on c.bot_slug = :bot and c.sha256 = asked.value`,
    { bot, contents: JSON.stringify(contents), owner: store.owner },
  );
  const rows = new Map<ContentId, CacheRow[]>();
  for (const cells of page) {
    const content = contents[cells[0]] ?? "";
    const others = rows.get(content);
    if (others) others.push(rowOf(cells));
    else rows.set(content, [rowOf(cells)]);
  }
  return rows;
}

/** SQL: nobody else is to send it: another process does, or its id waits to be proved. */
function* underWay(store: Store): Steps<string> {
  const beside = isElsewhere("c", store) ?? "0";
  return (yield* hasUnproved(store)) ? `(${beside} or ${isUnproved("c", store)})` : beside;
}

function rowOf(cells: Cells): CacheRow {
  return {
    kind: cells[1],
    status: cells[2],
    tg_file_id: cells[3],
    tg_file_unique_id: cells[4],
    warmup_chat_id: cells[5],
    warmup_message_id: cells[6],
    weak: cells[7],
    last_error: cells[8],
    error_class: cells[9],
    error_reason: cells[10],
    error_settings: cells[11],
    retry_at: cells[12],
    shown_as: cells[13],
    under_way: cells[14],
  };
}

/** Returns what the rows say of this content as this kind. */
export function foundAs(kind: CacheRow["kind"], content: ContentId, rows: CacheRows): FoundContent {
  const own = rows.get(content);
  const row = own?.find((each) => each.kind === kind);
  if (row?.under_way) return { content, state: "under_way", stored: null, error: null };
  const stored = storedId(row);
  if (stored) return { content, state: stored.weak ? "weak" : "ready", stored, error: null, ...shownBy(row) };
  if (row?.status === "error" && row.error_reason === "came_back_as_document") {
    const document = own?.find((each) => each.kind === "document");
    const standIn = storedId(document);
    if (standIn) return { content, state: "weak", stored: standIn, error: errorOf(row) };
    // Its id is dead, and what it failed for then brings a new one.
    if (document?.status === "ready") return { content, state: "none", stored: null, error: null };
  }
  if (row?.status === "error" || row?.status === "unknown") {
    return { content, state: row.status, stored: null, error: errorOf(row) };
  }
  return { content, state: "none", stored: null, error: null };
}

function shownBy(row: CacheRow | undefined): { shown?: Shown } | undefined {
  return row?.shown_as ? { shown: JSON.parse(row.shown_as) as Shown } : undefined;
}

/** An error that the previous system left has no class; another try may help. */
function errorOf(row: CacheRow): Found["error"] {
  return {
    class: row.error_class ?? (row.status === "unknown" ? "in_doubt" : "transient"),
    reason: row.error_reason,
    message: row.last_error ?? "",
    settings: row.error_settings,
    retryAt: row.retry_at === null ? null : row.retry_at * 1000,
  };
}
