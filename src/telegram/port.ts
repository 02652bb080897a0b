import type { Readable } from "node:stream";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Result } from "../domain/result.ts";

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

/** When the parts of a call happened, on the engine's clock. `bodyEnd` is null when the body was not sent whole. */
export interface CallTimes {
  readonly started: number;
  readonly bodyEnd: number | null;
  readonly ended: number;
}

/** What a send returns: the message or a failure, and in both cases the times of the call. */
export type SendAnswer = { readonly times: CallTimes } & (
  | { readonly ok: true; readonly value: Sent }
  | { readonly ok: false; readonly failure: Failure }
);

/** A chat as Telegram describes it. */
export interface ChatInfo {
  /** Numeric id, also for an @username. */
  readonly id: string;
  readonly type: "private" | "group" | "supergroup" | "channel";
  readonly title: string;
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
  /** Asks for a file by its id; fails with `file_id_dead` where the id does not work (any more). */
  checkFile(fileId: string): Promise<Result<void>>;
  /** Deletes a message that this bot posted. */
  deleteMessage(chat: string, messageId: number): Promise<Result<void>>;
}
