import type { Failure } from "../domain/failure.ts";

/** What becomes of a lane after a call on it that failed; null for nothing. */
export type LaneConsequence =
  | { readonly do: "freeze"; readonly ms: number }
  | { readonly do: "move"; readonly chat: string }
  /** Nothing, or nothing of the kind that was sent, can be posted in this chat any more. */
  | { readonly do: "close" | "close-kind" }
  | null;

/** Decides, without doing anything, what an answer says about the lane it came over. */
export function laneConsequence(cause: Failure): LaneConsequence {
  if (cause.class === "flood") return { do: "freeze", ms: cause.retryAfterMs ?? 0 };
  if (cause.reason === "chat_migrated" && cause.migrateTo) return { do: "move", chat: cause.migrateTo };
  if (cause.reason === "kind_not_allowed") return { do: "close-kind" };
  return cause.class === "chat" ? { do: "close" } : null;
}
