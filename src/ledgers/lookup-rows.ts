import type { MediaKind } from "../domain/media.ts";

/** A row of a key, as `prewarm lookup` shows it. Moments are UTC text, as in the tables. */
export interface RowOfLookup {
  readonly bot: string;
  readonly kind: MediaKind;
  /** `as document`: it came back as one, and the id stands in that row. `dead`: Telegram does not take the id any more. */
  readonly state: "ready" | "weak" | "as document" | "dead" | "failed" | "warming" | "unknown";
  readonly fileId: string | null;
  readonly fileUniqueId: string | null;
  readonly chatId: string | null;
  readonly messageId: number | null;
  readonly warmedAt: string | null;
  /** Telegram does not take the id any more. */
  readonly deadAt: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly updatedAt: string | null;
}

/** What a ledger has for a key. */
export interface KeyIds {
  readonly etag: string | null;
  readonly bytes: number | null;
  readonly content: string | null;
  readonly rows: readonly RowOfLookup[];
}
