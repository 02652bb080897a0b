import type { LostCalls } from "../ledgers/look-port.ts";
import type { Place } from "./asking.ts";

export interface KnownPostsOptions {
  readonly ledger: LostCalls;
  /** The chats of the lanes of a bot. */
  readonly chats: (bot: string) => readonly string[];
}

/** A message of ours that is in some chat, unless somebody deleted it. */
export interface KnownPost {
  readonly chatId: string;
  readonly messageId: number;
}

/**
 * Yields messages of this bot, so that one of them can be forwarded to this chat: first those of the chat itself, then those of a
 * few others (`most`) in which one is known. Throws LedgerError.
 */
export async function* knownPosts(
  { bot, chatId }: Place,
  { ledger, chats }: KnownPostsOptions,
  most: number,
): AsyncGenerator<KnownPost> {
  const others = chats(bot).filter((chat) => chat !== chatId);
  let left = most;
  for (const chat of [chatId, ...others]) {
    const ids = await ledger.lastPosts(bot, chat);
    for (const messageId of ids) yield { chatId: chat, messageId };
    if (chat !== chatId && ids.length > 0) left -= 1;
    if (left === 0) return;
  }
}
