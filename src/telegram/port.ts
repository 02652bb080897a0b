import type { Readable } from "node:stream";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Result } from "../domain/result.ts";

/** Bytes to be uploaded, as a recipe: `open` is called for each try. */
export interface UploadSource {
  /** Whole content where it is small enough to be kept, else a way to a fresh stream. */
  readonly open: () => Promise<Result<Uint8Array | Readable>>;
  readonly bytes: number;
  /** With the extension that names its type: Telegram looks at nothing else (tdlib/td MessageContent.cpp). */
  readonly filename: string;
}

/** One message to be posted. */
export interface SendRequest {
  readonly chat: string;
  readonly kind: MediaKind;
  /** A URL that Telegram fetches, or bytes. */
  readonly media: string | UploadSource;
  readonly thumbnail?: Uint8Array | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Seconds. */
  readonly duration?: number | undefined;
  readonly title?: string | undefined;
  readonly performer?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the answer holds. */
export interface Sent {
  readonly chatId: string;
  readonly messageId: number;
  /** The member of the answer that carries the media: `animation` is looked at before `document`. */
  readonly kind: MediaKind | "sticker" | "video_note";
  readonly fileId: string;
  readonly fileUniqueId: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly duration: number | null;
  readonly mime: string | null;
}

/** When the parts of a call happened, on the engine's clock. `bodyEnd` is null when the body was not handed over whole. */
export interface CallTimes {
  readonly started: number;
  readonly bodyEnd: number | null;
  readonly ended: number;
}

export type SendAnswer = { readonly times: CallTimes } & (
  | { readonly ok: true; readonly value: Sent }
  | { readonly ok: false; readonly failure: Failure }
);

export interface ChatInfo {
  /** Numeric id, also for an @username. */
  readonly id: string;
  readonly type: "private" | "group" | "supergroup" | "channel";
  readonly title: string;
}

/** One bot on one API root. No retries in here: one call, one answer. */
export interface Bot {
  readonly slug: string;
  /** The number before the colon of its token. */
  readonly id: string;
  getMe(): Promise<Result<{ readonly username: string }>>;
  getChat(chat: string): Promise<Result<ChatInfo>>;
  /** Whether the bot may post there; `failure` says why not. */
  canPost(chat: ChatInfo): Promise<Result<void>>;
  send(request: SendRequest): Promise<SendAnswer>;
  deleteMessage(chat: string, messageId: number): Promise<Result<void>>;
}
