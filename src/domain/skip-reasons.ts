/** Why an object was skipped although nothing is wrong: stable and public like those of failures. */
export const SKIP_REASONS = {
  already_ready: "the ledger has its file_id, and the object has not changed",
  weak_kept: "its id is weak but usable; `--retry-weak-id` warms it again",
  duplicate_content: "the same content was warmed under another key",
  folder_marker: "a key that ends in / marks a folder",
  in_flight_elsewhere: "another process is sending it at this moment",
  empty_object: "Telegram refuses empty files",
} as const;

/** The name of a skip reason, as it is in the output. */
export type SkipReason = keyof typeof SKIP_REASONS;

/** True for the name of a skip reason. */
export function isSkipReason(name: string): name is SkipReason {
  return Object.hasOwn(SKIP_REASONS, name);
}
