import type { LookWay } from "../ledgers/look-port.ts";

/** What a way to ask for messages depends on. */
export interface WayFacts {
  /** Nothing can be forwarded out of the chat. */
  readonly isProtected: boolean;
  /** The bot may edit posts of others there. */
  readonly editsOthers: boolean;
  /** Ways by which this chat refused even a message of ours. */
  readonly refused: ReadonlySet<LookWay>;
}

/**
 * Chooses how to ask for messages in a chat: by an edit, where that can touch none but our own; else by a forward; null where
 * neither is possible. With the right to edit posts of others a stranger's keyboard could be lost.
 */
export function wayOf({ isProtected, editsOthers, refused }: WayFacts): LookWay | null {
  if (!editsOthers && !refused.has("edit")) return "edit";
  return isProtected || refused.has("forward") ? null : "forward";
}
