import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import { type ItemError, type ItemResult, type ItemStatus, NO_LATENCY } from "../domain/outcome.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Task } from "../domain/task.ts";
import type { StoredId } from "../ledgers/port.ts";

/** What every end says; the rest as far as it is known. */
interface EndFields extends Partial<ItemResult> {
  readonly key: string | null;
  readonly bot: string | null;
  readonly status: ItemStatus;
}

/** The end of an item, with everything that is not given set to nothing. */
export function itemResult(given: EndFields): ItemResult {
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

/** The end of a task that no lane takes. */
export function withoutLane({ entry, bot, kind, calls }: Task, cause: Failure): ItemResult {
  const { key, bytes } = entry;
  const about = { key, bot, kind, bytes, entry, attempts: calls };
  return itemResult({ ...about, status: "failed", ...errorFields(cause) });
}

/** The fields that a stored id fills; `askedKind` only where it differs. */
export function idFields(stored: StoredId, asked: MediaKind): Partial<ItemResult> {
  const { kind, fileId, fileUniqueId, chatId, messageId } = stored;
  const id = { kind, fileId, fileUniqueId, chatId, messageId };
  return kind === asked ? id : { ...id, askedKind: asked };
}

/** What the end of a task says of the calls that were lost for it: how it was resolved, once it has an id. */
export function resolvedFields({ resolved, resolvedWhy }: Task, status: ItemStatus): Partial<ItemResult> {
  return status === "ready" || status === "weak" ? { resolved, resolvedWhy } : {};
}

/** The fields that a failure fills. */
export function errorFields(cause: Failure): { readonly error: ItemError; readonly reason: Reason } {
  const { reason, message, code } = cause;
  return { error: { class: cause.class, reason, code: code ?? null, message }, reason };
}
