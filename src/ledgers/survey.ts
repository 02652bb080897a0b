import type { Reason } from "../domain/reasons.ts";
import type { FleetWorker } from "./fleet-port.ts";
import type { LaneMemory, LaneState } from "./lane-memory.ts";

/** States of rows as `run` judges them: a photo stored as a document is one `weak` row, and a `ready` row has no weak id. */
export const ROW_STATES = ["ready", "weak", "warming", "failed", "unknown"] as const;
/** The state of a row as `run` judges it. */
export type RowState = (typeof ROW_STATES)[number];

/** Waiting work. `oldest` is Unix milliseconds; null when nothing waits, or when no time can be read. */
export interface WaitingWork {
  readonly count: number;
  readonly oldest: number | null;
}

/** Rows that failed, or are unknown, for the same reason. */
export interface BadRows {
  readonly state: "failed" | "unknown";
  /** Null in rows that prewarm did not write. */
  readonly reason: Reason | null;
  readonly count: number;
  /** Keys of the newest of them, at most ten. */
  readonly keys: readonly string[];
  /** The first of these, and its message, which is null for rows that prewarm did not write. */
  readonly key: string | null;
  readonly message: string | null;
}

/** How many attempts ended in the hour that begins at `from` (Unix milliseconds). */
export interface Hour {
  readonly from: number;
  readonly ready: number;
  readonly failed: number;
  readonly unknown: number;
}

/** A lane as a ledger knows it. */
export interface LaneSeen extends LaneMemory {
  /** Why it took no messages when its bot was used last; null where it did, and where that is not known. */
  readonly out: LaneState["out"];
  /** Its bot was used last without it: the chat is not configured any more. */
  readonly former: boolean;
}

/** The counts of what a ledger holds (`prewarm status`). */
export interface Survey {
  /** Whose it is; null and empty where that is not recorded. */
  readonly owner: {
    readonly sandbox: boolean | null;
    readonly bucket: { readonly endpoint: string; readonly name: string } | null;
    readonly bots: readonly { readonly slug: string; readonly id: string; readonly apiRoot: string | null }[];
  };
  /** Rows of `media_store`. */
  readonly objects: number;
  readonly byBot: readonly { readonly bot: string; readonly rows: Readonly<Record<RowState, number>> }[];
  /** Entries that were requested by name. */
  readonly queued: WaitingWork;
  /** Rows in `warming` that could be started now: they have a key, and no call is running. */
  readonly warming: WaitingWork;
  /** Rows in `warming` for which `media_store` has no key. */
  readonly orphans: number;
  /** All lanes that anything is known of, by bot and chat. */
  readonly lanesSeen: readonly LaneSeen[];
  /** The most frequent first. */
  readonly bad: readonly BadRows[];
  /** The last 24 hours, the oldest first. */
  readonly hours: readonly Hour[];
  /** Workers that live; absent where a ledger has one at a time. */
  readonly workers?: readonly FleetWorker[];
}
