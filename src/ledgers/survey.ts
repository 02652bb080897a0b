import type { Reason } from "../domain/reasons.ts";

/** Rows as `run` would judge them: a photo that stands as a document is one `weak` row, a `ready` row has no weak id. */
export const ROW_STATES = ["ready", "weak", "warming", "failed", "unknown"] as const;
export type RowState = (typeof ROW_STATES)[number];

/** Work that waits. `oldest` is Unix milliseconds; null where nothing waits, or where no readable time stands. */
export interface Waiting {
  readonly count: number;
  readonly oldest: number | null;
}

/** Rows that ended badly for the same reason. */
export interface BadRows {
  readonly state: "failed" | "unknown";
  /** Null in rows that prewarm did not write. */
  readonly reason: Reason | null;
  readonly count: number;
  /** A key of the newest of them, and what was said; the message of rows that prewarm did not write is not passed on. */
  readonly key: string | null;
  readonly message: string | null;
}

/** What ended in an hour that begins at `from` (Unix milliseconds). */
export interface Hour {
  readonly from: number;
  readonly ready: number;
  readonly failed: number;
  readonly unknown: number;
}

/** What a ledger holds, counted (`prewarm status`). */
export interface Survey {
  /** Whose it is; null and empty where nobody has written that down. */
  readonly owner: {
    readonly sandbox: boolean | null;
    readonly bucket: { readonly endpoint: string; readonly name: string } | null;
    readonly bots: readonly { readonly slug: string; readonly id: string; readonly apiRoot: string | null }[];
  };
  /** Rows of `media_store`. */
  readonly objects: number;
  readonly byBot: readonly { readonly bot: string; readonly rows: Readonly<Record<RowState, number>> }[];
  /** What was asked for by name. */
  readonly queued: Waiting;
  /** Rows in `warming` that somebody could begin now: they have a key, and no call is under way. */
  readonly warming: Waiting;
  /** Rows in `warming` for which `media_store` has no key. */
  readonly orphans: number;
  /** The most frequent first. */
  readonly bad: readonly BadRows[];
  /** The last 24 of them, the oldest first. */
  readonly hours: readonly Hour[];
}
