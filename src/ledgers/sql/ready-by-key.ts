import { bareEtag, type ContentId } from "../../domain/content.ts";
import type { MediaKind } from "../../domain/media.ts";
import type { Shown } from "../../domain/shown.ts";
import type { Found, Query } from "../port.ts";
import { fetch } from "./fetch.ts";
import { hasId, isElsewhere, isWeak } from "./rows.ts";
import type { Steps } from "./steps.ts";
import type { Store } from "./store.ts";

/** What `media_store` has of an object. */
export interface StoreRow {
  readonly etag: string | null;
  readonly bytes: number | null;
  readonly sha256: ContentId | null;
}

/** Whether this row still describes the object as it is now. */
export function isUnchanged(row: StoreRow, { entry }: Query): boolean {
  const etag = bareEtag(row.etag ?? "");
  return etag === "" ? row.bytes === null || row.bytes === entry.bytes : etag === bareEtag(entry.etag);
}

type Cells = readonly [
  at: number,
  etag: string | null,
  bytes: number | null,
  sha256: ContentId,
  kind: MediaKind,
  fileId: string,
  fileUniqueId: string | null,
  chat: string | number | null,
  message: string | number | null,
  shownAs: string | null,
];

/**
 * Objects that are ready under their own keys, which are most in a bucket that was warmed: one statement tells, whose rows
 * have no more than such an answer needs. An entry with a SHA-256 is not looked for, nor what is weak.
 */
export function* readyByKey(store: Store, asked: readonly Query[]): Steps<Map<Query, Found>> {
  const ready = new Map<Query, Found>();
  for (const [bot, queries] of byBot(asked)) {
    const keys = JSON.stringify(queries.map(({ entry }) => entry.key));
    for (const cells of yield* fetch<Cells>(statement(store), { bot, keys })) {
      const query = queries[cells[0]];
      const row = { etag: cells[1], bytes: cells[2], sha256: cells[3] };
      if (query?.kind === cells[4] && isUnchanged(row, query)) ready.set(query, foundAs(cells));
    }
  }
  return ready;
}

function byBot(asked: readonly Query[]): Map<string, Query[]> {
  const bots = new Map<string, Query[]>();
  for (const query of asked) {
    if (query.entry.sha256 !== undefined) continue;
    const own = bots.get(query.bot);
    if (own) own.push(query);
    else bots.set(query.bot, [query]);
  }
  return bots;
}

function statement(store: Store): string {
  const elsewhere = isElsewhere("c", store);
  return `
    select json_group_array(json_array(asked.key, s.r2_etag, s.bytes, s.sha256, c.kind, c.tg_file_id, c.tg_file_unique_id,
      c.warmup_chat_id, c.warmup_message_id, c.shown_as)) as page
    from json_each(:keys) asked cross join media_store s on s.r2_key = asked.value
    cross join media_cache c on c.bot_slug = :bot and c.sha256 = s.sha256
    where ${hasId("c")} and not ${isWeak("c")}${elsewhere === null ? "" : ` and not ${elsewhere}`}`;
}

function foundAs(cells: Cells): Found {
  const [chat, message, shownAs] = [cells[7], cells[8], cells[9]];
  return {
    content: cells[3],
    state: "ready",
    keyKnown: true,
    stored: {
      fileId: cells[5],
      fileUniqueId: cells[6],
      chatId: chat === null ? null : String(chat),
      messageId: message === null ? null : Number(message),
      kind: cells[4],
      weak: false,
    },
    error: null,
    ...(shownAs === null ? undefined : { shown: JSON.parse(shownAs) as Shown }),
  };
}
