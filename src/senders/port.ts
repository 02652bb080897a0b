import type { MediaKind } from "../domain/media.ts";
import type { IdReport } from "../ids/port.ts";

/** One call to be made by a bot. */
export interface SendCall {
  readonly method: `send${"Photo" | "Video" | "Animation" | "Audio" | "Voice" | "Document"}`;
  /**
   * Parameters of the call: `chat_id`, the media under the name of its kind, and what the send was given. A medium is a
   * file_id, a URL or an {@link ObjectUpload}; so is `thumbnail`, where there is one.
   */
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Makes a call and resolves to the message of the answer (`result`). Rejects with an error that carries what Telegram said
 * (`error_code` and `description`, wherever the libraries for bots have them), or with any other where no answer came.
 */
export type SendFunction<Message = unknown> = (call: SendCall) => Promise<Message>;

/** Which object goes to whom. What else the request has (`caption`, `reply_markup`, ...) goes into the call as it is. */
export interface SendTarget {
  /** `chat_id`. */
  readonly chat: number | string;
  /** The object's key in the bucket. */
  readonly key: string;
  /** The kind to send it as; by default that of the stored id, else that of the object. */
  readonly kind?: MediaKind | undefined;
  /** Slug in the ledger of the bot that sends; that of the sender by default. */
  readonly bot?: string | undefined;
}

/** A message that reached its chat. */
export interface Delivered<Message = unknown> {
  /** The message as the Bot API, or the library, returned it. */
  readonly message: Message;
  /** How it was sent: `file_id` moved no bytes. */
  readonly by: "file_id" | "url" | "upload";
  /** The kind that its id sends; null for an answer that holds no media. */
  readonly kind: MediaKind | null;
  readonly fileId: string | null;
}

/** Where reports go. */
export interface ReportTarget {
  report(report: IdReport): Promise<void>;
}

/** What a bucket that is bound to a Cloudflare Worker says of an object. */
export interface BoundObject {
  readonly size: number;
  readonly etag: string;
  readonly httpMetadata?:
    | { readonly contentType?: string | undefined; readonly contentEncoding?: string | undefined }
    | undefined;
}

/** A bucket as it is bound to a Cloudflare Worker (developers.cloudflare.com/r2/api/workers/workers-api-reference): what is used of it. */
export interface BoundBucket {
  head(key: string): Promise<BoundObject | null>;
  get(key: string): Promise<(BoundObject & { arrayBuffer(): Promise<ArrayBuffer> }) | null>;
}
