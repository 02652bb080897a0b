import { familyOf, type MediaKind } from "./media.ts";

/** A `file_unique_id` of at most this length counts as weak, as in the tables that prewarm takes over. */
const SHORT = 10;

/**
 * Returns the kind that an id is stored under, which is the one that it really has. Within the document family it works with
 * every method (tdlib/td), so it stays under the kind that was asked for, and is only weak.
 */
export function storedAs(asked: MediaKind, came: MediaKind): MediaKind {
  return familyOf(came) === familyOf(asked) ? asked : came;
}

/** Whether a `file_unique_id` is missing or short, which makes an id weak. */
export function isShortId(fileUniqueId: string | null): boolean {
  return (fileUniqueId?.length ?? 0) <= SHORT;
}
