import type { Readable } from "node:stream";
import type { MediaKind } from "../domain/media.ts";
import type { Result } from "../domain/result.ts";
import type { PackAnswer, PackBlock, PackRequest } from "./pack-port.ts";

/** Bytes to be uploaded, as a recipe: `open` is called again for each try. */
export interface UploadSource {
  /** Returns the whole content when it is small enough to be in memory, else a fresh stream. */
  readonly open: () => Promise<Result<Uint8Array | Readable>>;
  readonly bytes: number;
  /** As people will see it. Its extension names the type: Telegram looks at nothing else (tdlib/td MessageContent.cpp). */
  readonly filename: string;
}

/** The media of a message, and what may go with it. */
export interface MessageMedia {
  /** A URL that Telegram fetches, or bytes. */
  readonly media: string | UploadSource;
  readonly thumbnail?: Uint8Array | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Seconds. */
  readonly duration?: number | undefined;
  readonly title?: string | undefined;
  readonly performer?: string | undefined;
}

/** One message to be posted. */
export interface SendRequest extends MessageMedia {
  readonly chat: string;
  readonly kind: MediaKind;
  /** Plain text below the media. */
  readonly caption?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A message that was posted, as the answer describes it. Absent values are null; `duration` is in seconds. */
export interface Sent {
  readonly chatId: string;
  readonly messageId: number;
  /** The member of the answer that carries the media; where there are both, `animation` wins over `document`. */
  readonly kind: MediaKind | "sticker" | "video_note";
  readonly fileId: string;
  readonly fileUniqueId: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly duration: number | null;
  readonly mime: string | null;
}

/** The same with what tells whose message it is, where the answer has it. */
export interface SentTold extends Sent {
  readonly caption?: string | undefined;
  /** Size of the file: a document is kept as it came, of all else Telegram may make a file of its own. */
  readonly bytes?: number | undefined;
}

/** When the parts of a call happened, on the engine's clock. `bodyEnd` is null when the body was not sent whole. */
export interface CallTimes {
  readonly started: number;
  readonly bodyEnd: number | null;
  readonly ended: number;
}

/** What a call returns: a value or a failure, and in both cases the times of the call. */
export type CallAnswer<T> = Result<T> & { readonly times: CallTimes };

/** What a send returns. */
export type SendAnswer = CallAnswer<SentTold>;

/** A message that an edit or a forward answered with, as it is in its chat now. */
export interface SeenMessage {
  readonly chatId: string;
  /** Of a forward: that of the copy. */
  readonly messageId: number;
  /** Null for a message without one. */
  readonly caption: string | null;
  /** What a send of it would have answered, with the id of the bot that asked; null where it carries no media. */
  readonly media: SentTold | null;
  /** The same of a message of several media, in their order, which is a message without media of its own; null for any other. */
  readonly blocks: readonly PackBlock[] | null;
  /** Numeric id of the user or bot that posted it, of a forward: that forwarded it; null in a channel. */
  readonly from: string | null;
  /** It was posted elsewhere first, which is so of every copy that a forward made. */
  readonly isForwarded: boolean;
  /** The id under which it was posted first, where that was in a channel; a forward of a copy names the same. */
  readonly originId: number | null;
}

/** What an edit answers with; `not modified`: the message is there, and was as it was to become. */
export type EditAnswer = CallAnswer<SeenMessage | "not modified">;

/** A chat as Telegram describes it. */
export interface ChatInfo {
  /** Numeric id, also for an @username. */
  readonly id: string;
  readonly type: "private" | "group" | "supergroup" | "channel";
  readonly title: string;
  /** Nothing can be forwarded out of it (`has_protected_content`); absent where that is not so. */
  readonly isProtected?: boolean;
}

/** What a bot may do with messages in a chat. */
export interface MessageRights {
  /** Posts of others, which is a right in channels alone (`can_edit_messages`). */
  readonly editsOthers: boolean;
}

/** One bot on one API root. It never retries: one call, one answer. */
export interface Bot {
  readonly slug: string;
  /** The number before the colon of its token. */
  readonly id: string;
  /** Asks whose token it is. */
  getMe(): Promise<Result<{ readonly username: string }>>;
  /** Looks a chat up, by id or @username. */
  getChat(chat: string): Promise<Result<ChatInfo>>;
  /** Succeeds when the bot may post there; `failure` says why not. */
  canPost(chat: ChatInfo): Promise<Result<void>>;
  /** Posts one message. */
  send(request: SendRequest): Promise<SendAnswer>;
  /** Posts several media in one message, all or none. */
  sendPack(request: PackRequest): Promise<PackAnswer>;
  /** Asks for a file by its id; fails with `file_id_dead` where the id does not work (any more). */
  checkFile(fileId: string): Promise<Result<void>>;
  /** Asks what this bot may do with messages there. */
  rightsIn(chat: ChatInfo): Promise<Result<MessageRights>>;
  /** Deletes a message that this bot posted; fails with `message_missing` where it is gone already. */
  deleteMessage(chat: string, messageId: number): Promise<CallAnswer<void>>;
  /**
   * Gives a message one inline button with this text, which does nothing, or with null takes its buttons away; a keyboard that it had is
   * gone. Fails with `message_missing` where there is no such message, and with `message_locked` where there is one that this bot may not
   * edit: own posts it may, in channels with the right to edit also those of others, forwarded ones nowhere (tdlib/td
   * MessagesManager.cpp, can_edit_message).
   */
  editReplyMarkup(chat: string, messageId: number, button: string | null): Promise<EditAnswer>;
  /** Replaces the caption of a message, and takes its buttons away; fails as {@link Bot.editReplyMarkup} does. */
  editCaption(chat: string, messageId: number, caption: string): Promise<EditAnswer>;
  /**
   * Posts a copy of a message of `fromChat` in `chat`, silently. The answer is the copy, with a caption and media of its own. Fails with
   * `message_missing`, `message_locked` (a service message), or `message_protected`; a lost answer leaves a copy whose id nobody knows.
   */
  forward(chat: string, fromChat: string, messageId: number): Promise<CallAnswer<SeenMessage>>;
}
