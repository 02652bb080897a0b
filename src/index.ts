/** The public API. To import it loads nothing else of prewarm. */
import { createSender as create } from "./runs/create-sender.ts";
import type { PrewarmOptions, PrewarmResult } from "./runs/prewarm-options.ts";
import type { Sender, SenderOptions } from "./runs/sender-options.ts";

export { ConfigError } from "./config/error.ts";
export type { EventMap, EventName, LaneView, StopCause } from "./domain/events.ts";
export type { Failure, FailureClass } from "./domain/failure.ts";
export type { MediaKind } from "./domain/media.ts";
export type { ItemResult, ItemStatus } from "./domain/outcome.ts";
export type { Reason } from "./domain/reasons.ts";
export type { SkipReason } from "./domain/skip-reasons.ts";
export type { WorkPlan } from "./domain/work-forecast.ts";
export { type OpenIdsOptions, openIds, type WorkerAddress } from "./ids/open.ts";
export type { IdQuery, IdReport, Ids, WarmId } from "./ids/port.ts";
export { LedgerError } from "./ledgers/error.ts";
export type { PrewarmOptions, PrewarmResult, RunListeners } from "./runs/prewarm-options.ts";
export type { BucketOptions, CommonSenderOptions, Sender, SenderOptions } from "./runs/sender-options.ts";
export { UnexpectedError } from "./runs/unexpected-error.ts";
export { BotApiError, SendError } from "./senders/error.ts";
export type { ObjectUpload } from "./senders/object-upload.ts";
export type { Delivered, SendCall, SendFunction, SendTarget } from "./senders/port.ts";

/**
 * Warms every object of a bucket or a manifest once, as `prewarm run` does, and resolves when all of it has ended. Writes
 * nothing to stdout or stderr, handles no signals and never ends the process: what happens is told to `options.events`, and how it
 * ended stands in the result, wrong credentials among it (`exitCode` 4 and a `cause`).
 *
 * Throws {@link ConfigError} (exit code 2) for options and settings that cannot be used, {@link LedgerError} (2) for a ledger
 * that another process holds or that belongs to another bot or bucket, or (1) when it breaks under way, and
 * {@link UnexpectedError} (1) for a bug. No error holds a secret.
 */
export async function prewarm(options: PrewarmOptions = {}): Promise<PrewarmResult> {
  const { runFromCode } = await import("./runs/from-code.ts");
  return runFromCode(options);
}

/**
 * Returns a sender of objects of the bucket by their keys, for a bot that is made of a token, or of any function that makes calls
 * (`send`). For grammY, Telegraf and node-telegram-bot-api there are `prewarm/grammy`, `prewarm/telegraf` and
 * `prewarm/node-telegram-bot-api`, which take the bot itself. Loads and connects nothing before the first message.
 *
 * ```js
 * const sender = createSender({ ids: await openIds("sqlite:prewarm.db"), botToken: process.env.TELEGRAM_BOT_TOKEN });
 * const { message, by } = await sender.send({ chat: 42, key: "covers/a.jpg", caption: "Hello" });   // by: "file_id"
 * ```
 */
export function createSender<Options extends object = Readonly<Record<string, unknown>>, Message = unknown>(
  options: SenderOptions<Message>,
): Sender<Options, Message> {
  return create(options);
}
