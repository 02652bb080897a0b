import type { TransferMode } from "../domain/choices.ts";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import { patienceOf } from "../domain/patience.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Task, TransferName } from "../domain/task.ts";

export interface FollowUpOptions {
  /** Tries after the first for failures that may pass; flood waits do not count. */
  readonly retries: number;
  readonly mode: TransferMode;
  /** How the call was made; null when it never came to one. */
  readonly transfer: TransferName | null;
  /** Whether any lane still takes this kind for this bot. */
  readonly open: (kind: MediaKind) => boolean;
  /** Spreads retries: 0 (in) to 1 (out). */
  readonly random: () => number;
}

/** What becomes of an item after a try that failed. */
export type FollowUp =
  /** Back to the queue, not before `delayMs` from now. */
  | { readonly do: "again"; readonly task: Task; readonly delayMs: number }
  | { readonly do: "fail" }
  /** Nobody knows whose fault it is: what follows decides. */
  | { readonly do: "hold" }
  | { readonly do: "doubt" }
  /**
   * For reasons that have nothing to do with the item: it stays as it was, in the queue, from which nothing is taken
   * once the run stops.
   */
  | { readonly do: "release" };

/**
 * Whom a failure stops besides its item: the whole bot, or the run; null for neither. Lanes learn of calls from their
 * permits.
 */
export type Consequence = "bot" | "run" | null;

const PHOTO_REFUSED: ReadonlySet<Reason> = new Set([
  "photo_dimensions",
  "photo_processing",
  "photo_too_big",
  "photo_extension",
]);

const OF_BUCKET: ReadonlySet<Reason> = new Set([
  "r2_key_unknown",
  "r2_signature_wrong",
  "r2_region_wrong",
  "r2_denied",
  "r2_clock_skew",
  "bucket_missing",
  "endpoint_wrong",
]);

/** Decides, without doing anything, what follows a failed try. */
export function followUp(task: Task, cause: Failure, options: FollowUpOptions): FollowUp {
  switch (cause.class) {
    case "flood":
      return { do: "again", task, delayMs: 0 };
    case "transient":
      return passing(task, cause, options);
    case "in_doubt":
      return { do: "doubt" };
    case "media":
      return otherWay(task, cause, options);
    case "chat":
      return options.open(task.sendAs ?? task.kind) ? { do: "again", task, delayMs: 0 } : noChat(cause);
    case "auth":
      return { do: "release" };
    default:
      return { do: "fail" };
  }
}

/** Decides what a failure means for those who did not send this item. */
export function consequenceOf(cause: Failure): Consequence {
  if (cause.class !== "auth") return null;
  return OF_BUCKET.has(cause.reason) ? "run" : "bot";
}

function passing(task: Task, cause: Failure, options: FollowUpOptions): FollowUp {
  if (cause.reason === "stopped") return { do: "release" };
  if (cause.reason === "refused_unclear") {
    const other = otherWay(task, cause, options);
    return other.do === "fail" ? { do: "hold" } : other;
  }
  // A limit of something in between does not rise within minutes, and each try would send the whole body again.
  return cause.reason === "body_refused" ? { do: "fail" } : retry(task, options);
}

function retry(task: Task, { retries, random }: FollowUpOptions): FollowUp {
  if (task.tries >= retries) return { do: "fail" };
  const delayMs = patienceOf(retries, random).pauseMs(task.tries);
  return { do: "again", task: { ...task, tries: task.tries + 1 }, delayMs };
}

/** A photo that Telegram refuses as a photo is sent as a document; what failed by URL is uploaded. */
function otherWay(task: Task, cause: Failure, { mode, transfer }: FollowUpOptions): FollowUp {
  if (PHOTO_REFUSED.has(cause.reason) && task.kind === "photo" && task.sendAs === undefined)
    return { do: "again", task: { ...task, sendAs: "document" }, delayMs: 0 };
  if (transfer === "url" && mode === "auto")
    return { do: "again", task: { ...task, transfer: "upload" }, delayMs: 0 };
  return { do: "fail" };
}

/** A kind that no chat takes fails this item; when all chats are gone, the run ends. */
function noChat(cause: Failure): FollowUp {
  return cause.reason === "kind_not_allowed" ? { do: "fail" } : { do: "release" };
}
