/** Ids over HTTP for programs without Node.js: this file and all that it loads use `fetch` and the language alone. */
import { systemClock } from "./domain/clock.ts";
import { type ClientOptions, openHttpIds } from "./ids/http.ts";
import type { Ids } from "./ids/port.ts";
import type { Sender } from "./runs/sender-options.ts";
import { botApi } from "./senders/bot-api.ts";
import { boundSource } from "./senders/bound-bucket.ts";
import type { BoundBucket, ReportTarget, SendFunction } from "./senders/port.ts";
import { KeySender } from "./senders/sender.ts";

export type { MediaKind } from "./domain/media.ts";
export { WorkerError } from "./ids/ask-worker.ts";
export type { ClientOptions } from "./ids/http.ts";
export type { IdQuery, IdReport, Ids, WarmId } from "./ids/port.ts";
export type { Sender } from "./runs/sender-options.ts";
export { BotApiError, SendError } from "./senders/error.ts";
export type {
  BoundBucket,
  BoundObject,
  Delivered,
  SendCall,
  SendFunction,
  SendTarget,
} from "./senders/port.ts";

/** Options of {@link createSender}. */
export interface ClientSenderOptions<Message = unknown> {
  /** Where ids are read, and reported unless there is `reportTo`. */
  readonly ids: Ids;
  /** For objects that have no id yet: a bucket as it is bound to a Worker. Without it such objects are a {@link SendError}. */
  readonly bucket?: BoundBucket | null | undefined;
  /** Secret. Not needed beside `send`. */
  readonly botToken?: string | undefined;
  /** `https://api.telegram.org` by default. */
  readonly apiRoot?: string | undefined;
  /** Makes a call of the bot's, in place of `botToken`. */
  readonly send?: SendFunction<Message> | undefined;
  /** The bot's slug in the ledger; that of `ids` by default. */
  readonly bot?: string | undefined;
  readonly reportTo?: ReportTarget | undefined;
  /** Milliseconds after which a lookup is given up and the object sent itself; 50 by default. */
  readonly lookupMs?: number | undefined;
}

const LOOKUP_MS = 50;

/**
 * Returns the ids that a worker (`prewarm worker`) serves at `url`; runs on Cloudflare Workers, Deno, Bun, browsers and Node.js.
 * A worker that cannot be reached, or refuses, is as if it had no id: told once to `onTrouble`, never thrown. Throws TypeError
 * for a text that is no URL of http or https.
 *
 * ```js
 * const ids = createClient("https://warm.example.com", { token: env.LOOKUP_TOKEN, bot: "news" });
 * const id = await ids.fileId({ key: "covers/a.jpg" });   // { fileId, kind: "photo", weak: false } or null
 * ```
 */
export function createClient(url: string, options: ClientOptions = {}): Ids {
  return openHttpIds(url, options);
}

/**
 * Returns a sender of objects by their keys, as `createSender` of `prewarm` does, without Node.js: by id where there is one that
 * works, else the object itself out of a bound bucket, by upload. The id that comes back is reported, but not that of a video over
 * 10 MB, of which a run makes a better one, with picture and length. In a Worker, `ctx.waitUntil(sender.close())` lets reports arrive.
 *
 * ```js
 * const sender = createSender({ ids, bucket: env.BUCKET, botToken: env.TELEGRAM_BOT_TOKEN });
 * await sender.send({ chat: 42, key: "covers/a.jpg", caption: "Hello" });
 * ```
 */
export function createSender<Options extends object = Readonly<Record<string, unknown>>, Message = unknown>(
  options: ClientSenderOptions<Message>,
): Sender<Options, Message> {
  const {
    ids,
    bucket = null,
    botToken: token = "",
    apiRoot,
    bot,
    reportTo = ids,
    lookupMs = LOOKUP_MS,
  } = options;
  const send = options.send ?? (botApi({ token, apiRoot }) as SendFunction<Message>);
  const openSource = bucket && (async () => boundSource(bucket));
  return new KeySender({ ids, send, openSource, reportTo, bot, clock: systemClock(), lookupMs });
}
