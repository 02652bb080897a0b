import { type Adviser, afterRun, retryWords } from "./advice.ts";
import type { Selection } from "./choices.ts";
import { REASONS, type Reason } from "./reasons.ts";

/** The kind of a failure: decides what it stops (item, lane, bot, run) and whether another try may help. */
export type FailureClass =
  | "flood"
  | "transient"
  | "media"
  | "object"
  | "chat"
  | "auth"
  | "config"
  | "in_doubt";

/** A failure as a value: created where it happens (classifiers), judged in one place (pipeline/follow-up). */
export interface Failure {
  readonly class: FailureClass;
  /** Stable name, with an anchor in `docs/troubleshooting.md`. */
  readonly reason: Reason;
  /** One line for people: what and where. Never holds a secret. */
  readonly message: string;
  /** HTTP status of the answer, where there was one. */
  readonly code?: number;
  /** Milliseconds to wait before this lane may be called again (class `flood`). */
  readonly retryAfterMs?: number;
  /** No connection came about, or nothing came by it in time: waiting a moment is not likely to help. */
  readonly unreached?: boolean;
  /** The supergroup that a group became (reason `chat_migrated`). */
  readonly migrateTo?: string;
}

/** Creates a failure; its class follows from its reason. */
export function failure(
  reason: Reason,
  message: string,
  more: Omit<Partial<Failure>, "reason" | "message"> = {},
): Failure {
  return { class: REASONS[reason].class, reason, message, ...more };
}

/** Returns what to do about a failure, in one sentence, so that whoever holds the ledger does not refuse it. */
export function nextStep(reason: Reason, adviser: Adviser = "run"): string {
  const { next, worker } = REASONS[reason];
  if (adviser === "run") return next;
  if (adviser === "beside a run") return afterRun(next);
  return worker.replaceAll("{again}", () => retryWords(adviser, selectionOf(reason)));
}

const WEAK: readonly Reason[] = ["came_back_as_document", "came_back_as_other", "short_unique_id"];

/** The state of a row that has this reason, as `--only` and a worker's retry call it. */
function selectionOf(reason: Reason): Selection {
  if (WEAK.includes(reason)) return "weak";
  return REASONS[reason].class === "in_doubt" ? "unknown" : "failed";
}

/**
 * True when the same object with the same settings will fail again, so that later runs skip it. Why Telegram could not fetch
 * a URL it does not say, so that is not known to be the object's own fault.
 */
export function isPermanent({
  class: cls,
  reason,
}: Pick<Failure, "class"> & { reason: Reason | null }): boolean {
  return cls === "media" && reason !== "url_fetch_failed";
}

/** True where another try alone ends the same way: the object, its entry or a setting has to change first. */
export function needsChange({
  class: cls,
  reason,
}: {
  readonly class: FailureClass | null;
  readonly reason: Reason | null;
}): boolean {
  if (cls === null) return false;
  return isPermanent({ class: cls, reason }) || (cls === "object" && reason !== "object_changed");
}

/** The last words of advice on objects that keep failing. */
export const LEAVES_OUT = "or leave it out by `--exclude KEY`, and the run ends 0";

/** Classes of failures that can pass while nobody changes the object or the manifest, so a worker tries again by itself. */
export const PASSING_CLASSES: readonly FailureClass[] = ["flood", "transient", "chat", "auth"];

/** Returns the failure that an error thrown by a stream carries, or null. */
export function carriedFailure(error: unknown): Failure | null {
  return error instanceof Error && "failure" in error ? (error.failure as Failure) : null;
}
