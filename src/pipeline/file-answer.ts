import type { Result } from "../domain/result.ts";

/** Milliseconds of the engine's clock before it is asked again for a file that is perhaps only away for a moment. */
export const AGAIN_MS = 2_000;

/**
 * What an answer to getFile says of an id: it works, it does not, or (`away`) that is not sure before it was asked twice: the
 * server says one thing of a wrong id and of a file that is `temporarily unavailable` (telegram-bot-api Client.cpp, on_get_file).
 * Null where the answer says nothing of it.
 */
export function readFileAnswer(there: Result<void>): "alive" | "dead" | "away" | null {
  if (there.ok) return "alive";
  const { reason, message } = there.failure;
  if (reason !== "file_id_dead") return null;
  return /temporarily unavailable/i.test(message) ? "away" : "dead";
}
