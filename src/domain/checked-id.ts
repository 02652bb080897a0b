import type { Failure } from "./failure.ts";
import type { MediaKind } from "./media.ts";

/**
 * What was found of an id that the ledger has: all is as it says; its object is gone, or another; Telegram does not take the
 * id; or that could not be told now.
 */
export type CheckedStatus = "ok" | "deleted" | "changed" | "dead" | "unchecked";

/** An id that the ledger has for a key, bot and kind, with what was found of it. */
export interface CheckedId {
  readonly key: string;
  /** Slug. */
  readonly bot: string;
  /** The kind that it is stored under. */
  readonly kind: MediaKind;
  readonly fileId: string;
  readonly fileUniqueId: string | null;
  readonly chatId: string | null;
  readonly messageId: number | null;
  /** Size of the object, as the ledger has it. */
  readonly bytes: number | null;
  readonly status: CheckedStatus;
  /** Why it is not `ok`. */
  readonly failure: Failure | null;
  /** The ledger does not say any more what is not true. */
  readonly fixed: boolean;
}
