import type { AdoptWay } from "../../domain/adopt-way.ts";

/** What the way to an id of one's own, by the message of another bot, depends on. */
export interface AdoptFacts {
  /** The bot has a lane in that chat, and may call there. */
  readonly isOpen: boolean;
  /** Messages there have other numbers for each bot. */
  readonly ownIds: boolean;
  /** The bot may edit posts of others there. */
  readonly editsOthers: boolean;
  /** Nothing can be forwarded out of the chat. */
  readonly isProtected: boolean;
  /** What the caption holds is known, so that an edit keeps it. */
  readonly isCaptionKnown: boolean;
  /** The message holds several media. */
  readonly inPack: boolean;
  /** Ways that this chat refused. */
  readonly refused: ReadonlySet<AdoptWay>;
}

/** Calls that a way takes, all of which use up the quota of the chat; warming takes one, and the bytes of the object. */
export const CALLS: Readonly<Record<AdoptWay, number>> = { edit: 1, forward: 2 };

/** Calls for all rows of a message of several media: it has no caption, so it gets a button that is taken away again, or is copied. */
export const PACK_CALLS = 2;

/** The way with the fewest calls that moves no bytes: an edit, else a forward that is deleted again; null where it has to be warmed. */
export function adoptWay(facts: AdoptFacts): AdoptWay | null {
  const { isOpen, ownIds, editsOthers, isProtected, isCaptionKnown, inPack, refused } = facts;
  if (!isOpen || ownIds) return null;
  if (editsOthers && (isCaptionKnown || inPack) && !refused.has("edit")) return "edit";
  return isProtected || refused.has("forward") ? null : "forward";
}
