import type { Place } from "./asking.ts";

/** A message of ours that is in some chat, unless somebody deleted it. */
export interface KnownPost {
  readonly chatId: string;
  readonly messageId: number;
}

/** Messages that bots are known to have, so that one can be forwarded to a chat in which none is known. */
export class KnownPosts {
  readonly #last = new Map<string, Map<string, KnownPost>>();

  note({ bot, chatId }: Place, messageId: number): void {
    const ofBot = this.#last.get(bot) ?? new Map<string, KnownPost>();
    this.#last.set(bot, ofBot.set(chatId, { chatId, messageId }));
  }

  /** The last one of this chat, and those of so many other chats of this bot. */
  latest({ bot, chatId }: Place, others: number): readonly KnownPost[] {
    const all = [...(this.#last.get(bot)?.values() ?? [])];
    const elsewhere = all.filter((each) => each.chatId !== chatId);
    return [...all.filter((each) => each.chatId === chatId), ...elsewhere.slice(0, others)];
  }
}
