import { bareEtag, type ContentId } from "../domain/content.ts";
import { isMediaKind, type MediaKind } from "../domain/media.ts";
import type { LedgerRow } from "../ledgers/columns.ts";

/** What the ledger says of an id that readers find: by which key and content, and what the object was when it was sent. */
export interface LedgerClaim {
  readonly key: string;
  readonly bot: string;
  readonly kind: MediaKind;
  readonly fileId: string;
  readonly fileUniqueId: string | null;
  readonly chatId: string | null;
  readonly messageId: number | null;
  readonly content: ContentId;
  readonly etag: string | null;
  readonly bytes: number | null;
}

/** What a row says; null where readers find no id by it, so that there is nothing to check. */
export function claimOf(row: LedgerRow): LedgerClaim | null {
  const { key, bot, kind, file_id: fileId, sha256: content } = row;
  if (row.status !== "ready" || row.dead_at !== null || fileId === null) return null;
  if (key === null || bot === null || content === null || !isMediaKind(kind ?? "")) return null;
  return {
    key,
    bot,
    kind: kind as MediaKind,
    fileId,
    fileUniqueId: row.file_unique_id,
    chatId: row.chat_id,
    messageId: row.message_id,
    content,
    etag: row.etag,
    bytes: row.bytes,
  };
}

/** An object as the bucket has it; a size or an ETag that the server does not give is left out, or empty. */
export interface SeenObject {
  readonly etag: string;
  readonly bytes: number | undefined;
}

/** Whether the object is still the one that was sent: by its ETag, by its size where one side has none. A run judges alike. */
export function isSameObject(claim: Pick<LedgerClaim, "etag" | "bytes">, there: SeenObject): boolean {
  const [known, now] = [bareEtag(claim.etag ?? ""), bareEtag(there.etag)];
  if (known !== "" && now !== "") return known === now;
  return claim.bytes === null || there.bytes === undefined || claim.bytes === there.bytes;
}
