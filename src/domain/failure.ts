import { REASONS, type Reason } from "./reasons.ts";

/** What kind of trouble it is; decides who suffers (item, lane, bot, run) and whether another try may help. */
export type FailureClass =
  | "flood"
  | "transient"
  | "media"
  | "object"
  | "chat"
  | "auth"
  | "config"
  | "in_doubt";

/** Trouble as a value. Made where it is met (classifiers), judged in one place (pipeline/follow-up). */
export interface Failure {
  readonly class: FailureClass;
  /** Stable name, with an anchor in the README. */
  readonly reason: Reason;
  /** One line for people: what and where. Never holds a secret. */
  readonly message: string;
  /** HTTP status of the answer, where there was one. */
  readonly code?: number;
  /** Milliseconds to wait before this lane may be called again (class `flood`). */
  readonly retryAfterMs?: number;
  /** The supergroup that a group became (reason `chat_migrated`). */
  readonly migrateTo?: string;
}

/** A failure whose class follows from its reason. */
export function failure(
  reason: Reason,
  message: string,
  more: Omit<Partial<Failure>, "reason" | "message"> = {},
): Failure {
  return { class: REASONS[reason].class, reason, message, ...more };
}

/** What to do next about a failure, in a sentence. */
export function nextStep(reason: Reason): string {
  return REASONS[reason].next;
}

/** True when the same object with the same settings will fail again, so that later runs leave it alone. */
export function isPermanent(failureClass: FailureClass): boolean {
  return failureClass === "media";
}

/** The failure that an error thrown out of a stream carries; null when it carries none. */
export function carriedFailure(error: unknown): Failure | null {
  return error instanceof Error && "failure" in error ? (error.failure as Failure) : null;
}
