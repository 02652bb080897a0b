import type { TransferMode } from "../domain/choices.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../ids/port.ts";
import type { Delivered, ReportTarget, SendFunction, SendTarget } from "../senders/port.ts";

/** The bucket to send objects from; what is not given comes from the environment, as for `prewarm run`. */
export interface BucketOptions {
  /** S3 endpoint of R2; that of `accountId` where only the account is given. */
  readonly endpoint?: string | undefined;
  readonly accountId?: string | undefined;
  readonly bucket?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
}

/** What every sender takes, whatever its bot is. */
export interface CommonSenderOptions {
  /** Where ids are read, and reported unless there is `reportTo`: what `openIds` or `createClient` returned. Stays open. */
  readonly ids: Ids;
  /** The bot's slug in the ledger. Without it: that of `ids`, else the only bot in the ledger, else `default`. */
  readonly bot?: string | undefined;
  /** For objects that have no id yet. Read when the first of them is sent; null: such objects are a {@link SendError}. */
  readonly storage?: BucketOptions | null | undefined;
  /** How such objects reach Telegram; `auto` (the default): by URL where its rules allow, else by upload. */
  readonly transfer?: TransferMode | undefined;
  /** The Bot API server is your own and in local mode: 2000 MB instead of 50. `TELEGRAM_API_LOCAL` by default. */
  readonly apiLocal?: boolean | undefined;
  /** Takes reports of new and dead ids in place of `ids`: a worker, where the ledger's folder may not be written. */
  readonly reportTo?: ReportTarget | undefined;
  /** Milliseconds after which a lookup over HTTP is given up and the object sent itself; 50 by default. A file is read at once. */
  readonly lookupMs?: number | undefined;
  /** The system's by default. */
  readonly clock?: Clock | undefined;
  /** `process.env` by default. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Where `.env` and prewarm.config.json are read; the working directory by default; null for nowhere. */
  readonly folder?: string | null | undefined;
}

/** Options of `createSender`. */
export interface SenderOptions<Message = unknown> extends CommonSenderOptions {
  /** Makes a call of the bot's. Without it calls go to `apiRoot` with `botToken`. */
  readonly send?: SendFunction<Message> | undefined;
  /** `TELEGRAM_BOT_TOKEN` by default. Of no use beside `send`. */
  readonly botToken?: string | undefined;
  /** Server of the bot; `TELEGRAM_API_ROOT`, else `https://api.telegram.org`, by default. */
  readonly apiRoot?: string | undefined;
}

/** Sends objects of the bucket by their keys. */
export interface Sender<Options extends object, Message> {
  /**
   * Sends the object to the chat: by id where there is one that works, else itself, by a presigned URL or an upload. Equal
   * requests at once upload once. What else the request has (`caption`, `reply_markup`, `protect_content`,
   * `message_thread_id`, ...) goes into the call as it is.
   *
   * Rejects with the error of the bot's library where Telegram refuses the message (the chat is gone, a flood wait) or
   * no answer came, with {@link SendError} where the object cannot be sent, and with {@link ConfigError} where the bucket is not
   * set. Never because of the ledger: one that is gone, locked or slow is as if it had no id.
   */
  send(request: SendTarget & Options): Promise<Delivered<Message>>;
  /** Waits a second at most for reports under way and lets its connections go, until the next send; `ids` stays open. */
  close(): Promise<void>;
}
