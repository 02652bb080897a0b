import { type Failure, failure } from "../domain/failure.ts";
import { isMediaKind, type MediaKind } from "../domain/media.ts";
import { isShortId, storedAs } from "../domain/stored-as.ts";
import type { StoredId } from "../ledgers/port.ts";
import type { Sent } from "../telegram/port.ts";

/** How an answer is stored. */
export interface Reading {
  readonly stored: StoredId & { readonly chatId: string; readonly messageId: number };
  /** Why the id is weak; null when it is not. */
  readonly weakness: Failure | null;
  /** Set where the family changed: the row of the requested kind gets this error. */
  readonly asked: { readonly kind: MediaKind; readonly failure: Failure } | null;
}

/** Compares what came back with what was requested; see {@link storedAs}. */
export function classifyStored(asked: MediaKind, sent: Sent, key: string): Reading {
  const came: MediaKind = isMediaKind(sent.kind) ? sent.kind : "document";
  const kind = storedAs(asked, came);
  const crossed = kind !== asked;
  const weakness = weaknessOf(asked, sent, came, key);
  const { fileId, fileUniqueId, chatId, messageId } = sent;
  return {
    stored: { fileId, fileUniqueId, chatId, messageId, kind, weak: weakness !== null },
    weakness,
    asked: crossed && weakness ? { kind: asked, failure: weakness } : null,
  };
}

function weaknessOf(asked: MediaKind, sent: Sent, came: MediaKind, key: string): Failure | null {
  const text = `${key} was sent as ${asked} and came back as ${sent.kind}`;
  if (asked === "photo" && came !== "photo") return failure("came_back_as_document", text);
  if (sent.kind !== asked) return failure("came_back_as_other", text);
  return isShortId(sent.fileUniqueId)
    ? failure("short_unique_id", `the file_unique_id of ${key} is missing or short`)
    : null;
}
