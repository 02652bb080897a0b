import type { AdoptWay } from "./adopt-way.ts";
import type { Entry } from "./entry.ts";
import type { FailureClass } from "./failure.ts";
import type { MediaKind } from "./media.ts";
import type { Reason } from "./reasons.ts";
import type { Resolved } from "./resolved.ts";
import type { Shown } from "./shown.ts";
import type { SkipReason } from "./skip-reasons.ts";
import type { TransferName } from "./task.ts";

/** How an item ends; exactly the values of `status` in `--json`. */
export type ItemStatus = "ready" | "skipped" | "weak" | "failed" | "unknown";

/** Milliseconds of the engine's clock, by phase. `total` runs from queueing to the end. */
export interface Latency {
  readonly total: number;
  /** Waiting for a free worker, deferrals included. */
  readonly queue: number;
  /** Waiting for a lane. */
  readonly lane: number;
  /** Reading from R2 before the call. */
  readonly download: number;
  /** The call to Telegram. */
  readonly send: number;
}

/** A message of several media. */
export interface PackedIn {
  /** The same for all of them. */
  readonly id: string;
  /** How many there are. */
  readonly size: number;
  /** Which of them this is, from 0. */
  readonly index: number;
}

/** Why an item did not come to a file_id, as reporters and `--json` show it. */
export interface ItemError {
  readonly class: FailureClass;
  readonly reason: Reason;
  /** HTTP status of the answer, where there was one. */
  readonly code: number | null;
  readonly message: string;
}

/** The result of one item (an entry for one bot), as reporters get it. */
export interface ItemResult {
  readonly key: string | null;
  readonly bot: string | null;
  /** The kind its file_id is stored under; the kind asked for while there is none. */
  readonly kind: MediaKind | null;
  /** Only where it differs from `kind`. */
  readonly askedKind?: MediaKind | undefined;
  /** The kind that Telegram made of it, where that is not the one it was sent as. */
  readonly cameBackAs?: MediaKind | "sticker" | "video_note" | undefined;
  /** What people see with its id that is not as the entry has it. */
  readonly shownAs?: Shown | undefined;
  readonly status: ItemStatus;
  readonly fileId: string | null;
  readonly fileUniqueId: string | null;
  readonly chatId: string | null;
  readonly messageId: number | null;
  /** How it went to Telegram, or how the id of another bot's message came from there. */
  readonly transfer: TransferName | AdoptWay | null;
  readonly bytes: number | null;
  /** The message that it shares with others; absent for one of its own. */
  readonly pack?: PackedIn | undefined;
  /** Calls to Telegram made in this run. */
  readonly attempts: number;
  readonly latency: Latency;
  /** Milliseconds for which the last try kept a place busy: its send, and what was not read ahead. */
  readonly placeMs?: number | undefined;
  readonly error: ItemError | null;
  readonly reason: Reason | SkipReason | null;
  /** True when this run found it in this state and left it alone (old `unknown` and permanent `error` rows). */
  readonly left?: boolean | undefined;
  /** How it came to its id; only of an item that was `unknown`. */
  readonly resolved?: Resolved | undefined;
  /** Why it was sent without a look, or stays `unknown` although it was looked for, in words. */
  readonly resolvedWhy?: string | undefined;
  /** From when on it can be looked for, in Unix milliseconds; only of an item that stays `unknown` until then. */
  readonly lookAt?: number | undefined;
  /** The entry as the source had it, where it could be read. */
  readonly entry?: Entry | undefined;
  /** File and line of a manifest entry that could not be read. */
  readonly where?: string | undefined;
}

/** The bytes that went to Telegram for it: none where its id came by the message of another bot. */
export function movedBytes({ bytes, transfer }: ItemResult): number {
  return transfer === "edit" || transfer === "forward" ? 0 : (bytes ?? 0);
}

/** The latency of an item that took no work. */
export const NO_LATENCY: Latency = { total: 0, queue: 0, lane: 0, download: 0, send: 0 };
