import { familyOf, isMediaKind, type MediaKind } from "../../domain/media.ts";
import type { SendAnswer } from "../../telegram/port.ts";

/** What it says of ids from packs that one of them was sent by the method of its kind; `open`: nothing. */
export type CanaryVerdict = "ordinary" | "rich_only" | "open";

/**
 * Judges the answer to an id from a pack that was sent by the ordinary method of its kind. A refusal that a chat, a flood or the
 * wire explains says nothing about the id.
 */
export function canaryVerdict(kind: MediaKind, answer: SendAnswer): CanaryVerdict {
  if (answer.ok) {
    const came = isMediaKind(answer.value.kind) ? answer.value.kind : "document";
    return familyOf(came) === familyOf(kind) ? "ordinary" : "rich_only";
  }
  const { class: cls, reason, code } = answer.failure;
  const isOfId = cls === "media" || (reason === "refused_unclear" && code === 400);
  return isOfId ? "rich_only" : "open";
}
