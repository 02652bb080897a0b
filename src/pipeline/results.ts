import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import { type ItemResult, NO_LATENCY } from "../domain/outcome.ts";
import type { StoredId } from "../ledgers/port.ts";

type Given = Pick<ItemResult, "key" | "bot" | "status"> & Partial<ItemResult>;

/** An item's end, with everything that is not given set to nothing. */
export function itemResult(given: Given): ItemResult {
  return {
    kind: null,
    fileId: null,
    fileUniqueId: null,
    chatId: null,
    messageId: null,
    transfer: null,
    bytes: null,
    attempts: 0,
    latency: NO_LATENCY,
    error: null,
    reason: null,
    ...given,
  };
}

/** The fields that a stored id fills. `asked` is told only where it differs. */
export function idFields(stored: StoredId, asked: MediaKind): Partial<ItemResult> {
  return {
    kind: stored.kind,
    ...(stored.kind === asked ? {} : { askedKind: asked }),
    fileId: stored.fileId,
    fileUniqueId: stored.fileUniqueId,
    chatId: stored.chatId,
    messageId: stored.messageId,
  };
}

export function errorFields(cause: Failure): Pick<ItemResult, "error" | "reason"> {
  const { reason, message, code } = cause;
  return { error: { class: cause.class, reason, code: code ?? null, message }, reason };
}
