import { type Failure, failure, PASSING_CLASSES } from "../domain/failure.ts";
import type { ItemResult } from "../domain/outcome.ts";

/** Seconds after which a job is handed out again that another process works on, or that failed for a passing reason. */
export const AGAIN_S = 30;

/**
 * Seconds after which the job of an item is to be handed out again; null for one that has ended. The ledger knows when a row that
 * failed is due; until then it is only put back once more.
 */
export function comesBackInS(item: ItemResult, now: number): number | null {
  const { status, reason, error, lookAt, left } = item;
  if (lookAt !== undefined) return Math.max(1, (lookAt - now) / 1000);
  if (reason === "in_flight_elsewhere") return AGAIN_S;
  if (error?.class === "auth" && !left) return AGAIN_S;
  return status === "failed" && error !== null && PASSING_CLASSES.includes(error.class) ? AGAIN_S : null;
}

/** A row that waits although its key is ready, or was left alone, is about content that the key no longer has. */
export function whyRefused({ status, error, reason, key, left }: ItemResult): Failure {
  if (error && status === "failed" && !left) return failure(error.reason, error.message);
  if (reason === "empty_object") return failure("file_empty", `${key} has no content`);
  return failure("object_changed", `${key} has other content by now`);
}
