import type { BotIdentity } from "./bots.ts";
import type { Chat } from "./chats.ts";
import type { StoredFile } from "./stored-file.ts";

/** How the media of a message was sent. */
export type PostedWay = "upload" | "url" | "file_id" | "forward" | "text";

/** A message that was really posted. */
export interface Posted {
  readonly chat: Chat;
  readonly bot: BotIdentity;
  readonly messageId: number;
  readonly method: string;
  readonly way: PostedWay;
  /** `null` for a text. */
  readonly file: StoredFile | null;
  readonly text: string | null;
  /** Bytes of media that came to the server for it; 0 by file_id, and by a URL that is remembered. */
  readonly moved: number;
  /** What else the sender gave: caption, reply markup and so on. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Milliseconds of the sandbox's clock since its start. */
  readonly at: number;
  /** Unix milliseconds. */
  readonly wall: number;
  deleted: boolean;
}

/** All messages, in the order of posting. Ids ascend in each chat and are never used twice. */
export class PostedMessages {
  #list: Posted[] = [];
  readonly #byChat = new Map<number, Map<number, Posted>>();
  readonly #lastId = new Map<number, number>();

  add(message: Omit<Posted, "messageId" | "deleted">): Posted {
    const chatId = message.chat.id;
    const messageId = this.nextId(message.chat);
    const posted: Posted = { ...message, messageId, deleted: false };
    this.#list.push(posted);
    const inChat = this.#byChat.get(chatId) ?? new Map<number, Posted>();
    this.#byChat.set(chatId, inChat.set(messageId, posted));
    return posted;
  }

  /** Takes the next id of a chat: also what others write there is numbered. */
  nextId({ id }: Chat): number {
    const next = (this.#lastId.get(id) ?? 0) + 1;
    this.#lastId.set(id, next);
    return next;
  }

  /** Finds a message that has not been deleted. */
  find(chat: Chat, messageId: number): Posted | undefined {
    const posted = this.#byChat.get(chat.id)?.get(messageId);
    return posted?.deleted ? undefined : posted;
  }

  list(): readonly Posted[] {
    return this.#list;
  }

  clear(): void {
    this.#list = [];
    this.#byChat.clear();
  }
}
