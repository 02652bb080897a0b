import type { LostCall } from "../ledgers/look-port.ts";
import type { Candidates, OpenEnd } from "./candidates.ts";
import { mayLoseCaption } from "./caption.ts";
import type { LookVerdict } from "./port.ts";

/** What was found under an id: no message, one that is none of ours, or nothing that decides. */
export type Sight = "missing" | "other" | "unclear";

/**
 * Judges a call whose message is none of those that were seen. It is absent only where each id that it can have was asked for;
 * otherwise this says what is in the way.
 */
export function absence(
  { ids, open }: Candidates,
  seen: (id: number) => Sight | undefined,
): "absent" | "unclear" | OpenEnd {
  const isClear = (id: number) => seen(id) === "missing" || seen(id) === "other";
  return ids.every(isClear) ? (open ?? "absent") : "unclear";
}

/** A caption that may be lost proves nothing; that of a medium among others is none of the message's, and stays. */
export function absentOf({ pack, kind, key }: LostCall): LookVerdict {
  return pack === null && mayLoseCaption(kind, key)
    ? { is: "unchecked", why: "Telegram may have made a sticker of it, which has no caption to know it by" }
    : { is: "absent" };
}
