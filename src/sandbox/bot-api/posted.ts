import type { BotIdentity } from "./bots.ts";
import type { Chat } from "./chats.ts";
import type { Pack } from "./rich-pack.ts";
import type { StoredFile } from "./stored-file.ts";

/** How the media of a message was sent. */
export type PostedWay = "upload" | "url" | "file_id" | "forward" | "text" | "rich" | "person";

/** Who posted: a bot of the sandbox, or somebody else. */
export interface Author {
  readonly id: number;
  readonly name: string;
  /** Null for a person, and for a bot that the sandbox does not have. */
  readonly bot: BotIdentity | null;
}

/** What an edit replaces. */
export interface Frame {
  /** Empty without one. */
  readonly caption: string;
  /** As they were given; null without. */
  readonly entities: readonly unknown[] | null;
  /** The inline keyboard; null without one. */
  readonly keyboard: readonly unknown[] | null;
}

/** What an edit of a text or a rich message replaces. */
export interface PostBody {
  /** `null` for one that holds media or blocks. */
  readonly text: string | null;
  /** Of a rich message; null for any other. */
  readonly pack: Pack | null;
}

/** What is known of a message before it is numbered. */
export interface NewPost extends PostBody {
  readonly chat: Chat;
  readonly by: Author;
  readonly method: string;
  readonly way: PostedWay;
  /** `null` for a text. */
  readonly file: StoredFile | null;
  /** Bytes of media that came to the server for it; 0 by file_id, and by a URL that is remembered. */
  readonly moved: number;
  /** What else the sender gave: caption, reply markup and so on. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The message that was posted first, where this one is a forward of it. */
  readonly origin: Posted | null;
  /** It may not be forwarded, because its sender said so. */
  readonly guarded: boolean;
  /** It came with a keyboard that is not an inline one, so that it can never be edited (TD `had_reply_markup`). */
  readonly keyboardOfOwn: boolean;
  /** Milliseconds of the sandbox's clock since its start. */
  readonly at: number;
  /** Unix milliseconds. */
  readonly wall: number;
  readonly frame: Frame;
}

/** A message that was really posted. */
export interface Posted extends NewPost {
  readonly messageId: number;
  /** As they stand now. */
  text: string | null;
  pack: Pack | null;
  frame: Frame;
  /** Moments of its edits, in Unix milliseconds. */
  readonly edits: number[];
  deleted: boolean;
}

/**
 * All messages, in the order of posting. Numbers ascend and are never used twice: in a channel and a supergroup they are the chat's, in
 * private chats and basic groups each bot has one series of its own over all of them.
 */
export class MessageLog {
  #list: Posted[] = [];
  readonly #boxes = new Map<string, Map<number, Posted>>();
  readonly #lastId = new Map<string, number>();

  /** Adds a message that these bots get to see (where the chat numbers it, who sees it does not matter); the first one's number is its own. */
  add(message: NewPost, readers: readonly BotIdentity[]): Posted {
    const boxes =
      readers.length === 0 ? ["nobody"] : [...new Set(readers.map((bot) => boxOf(message.chat, bot)))];
    const ids = boxes.map((box) => this.#next(box));
    const posted: Posted = { ...message, messageId: ids[0] ?? 0, edits: [], deleted: false };
    this.#list.push(posted);
    for (const [index, box] of boxes.entries()) {
      const inBox = this.#boxes.get(box) ?? new Map<number, Posted>();
      this.#boxes.set(box, inBox.set(ids[index] ?? 0, posted));
    }
    return posted;
  }

  /** Takes the next number of a bot in a chat: also what others write to it is numbered. */
  nextId(chat: Chat, bot: BotIdentity): number {
    return this.#next(boxOf(chat, bot));
  }

  /** Finds a message that has not been deleted, by the number that it has for this bot. */
  find(chat: Chat, bot: BotIdentity, messageId: number): Posted | undefined {
    const posted = this.#boxes.get(boxOf(chat, bot))?.get(messageId);
    return posted === undefined || posted.deleted || posted.chat.id !== chat.id ? undefined : posted;
  }

  list(): readonly Posted[] {
    return this.#list;
  }

  clear(): void {
    this.#list = [];
    this.#boxes.clear();
  }

  #next(box: string): number {
    const next = (this.#lastId.get(box) ?? 0) + 1;
    this.#lastId.set(box, next);
    return next;
  }
}

function boxOf({ id, type }: Chat, bot: BotIdentity): string {
  return type === "channel" || type === "supergroup" ? `chat ${id}` : `bot ${bot.id}`;
}
