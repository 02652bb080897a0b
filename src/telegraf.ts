import { Readable } from "node:stream";
import type { Telegram } from "telegraf";
import { createSender as createAny } from "./runs/create-sender.ts";
import type { CommonSenderOptions, Sender } from "./runs/sender-options.ts";
import type { ObjectUpload } from "./senders/object-upload.ts";
import { withFiles, withTexts } from "./senders/with-files.ts";

/** The methods that send media. */
type SendMethod = "sendPhoto" | "sendVideo" | "sendAnimation" | "sendAudio" | "sendVoice" | "sendDocument";

type Extra<M extends SendMethod> = NonNullable<Parameters<Telegram[M]>[2]>;

/** Options of the sends, as Telegraf has them. */
export type TelegrafSendOptions = Extra<"sendPhoto"> &
  Extra<"sendVideo"> &
  Extra<"sendAnimation"> &
  Extra<"sendAudio"> &
  Extra<"sendVoice"> &
  Extra<"sendDocument">;

/** The message that was sent, as Telegraf returns it. */
export type TelegrafMessage = Awaited<ReturnType<Telegram[SendMethod]>>;

/**
 * Returns a sender over a Telegraf bot; API root, agents and test environment of the bot hold for it.
 *
 * ```js
 * const sender = createSender(bot, { ids: await openIds("sqlite:prewarm.db") });
 * bot.start((ctx) => sender.send({ chat: ctx.chat.id, key: "covers/a.jpg", caption: "Hello" }));
 * ```
 */
export function createSender(
  bot: { readonly telegram: Telegram },
  options: CommonSenderOptions,
): Sender<TelegrafSendOptions, TelegrafMessage> {
  const { telegram } = bot;
  return createAny<TelegrafSendOptions, TelegrafMessage>({
    ...options,
    apiRoot: telegram.options.apiRoot,
    send: ({ method, params }) => call(telegram, method, params),
  });
}

async function call(telegram: Telegram, method: SendMethod, params: Readonly<Record<string, unknown>>) {
  const stop = new AbortController();
  const open: Readable[] = [];
  // In a form Telegraf leaves structures out, but for some that it knows.
  const form = await withFiles(withTexts(params), (upload) => asSource(upload, open, stop));
  const make = telegram.callApi.bind(telegram) as (...args: unknown[]) => Promise<TelegrafMessage>;
  try {
    return await make(method, form ?? params, { signal: stop.signal });
  } finally {
    for (const stream of open) stream.destroy();
  }
}

async function asSource(upload: ObjectUpload, open: Readable[], stop: AbortController) {
  const { filename, isSmall } = upload;
  if (isSmall) return { source: Buffer.from(await upload.whole()), filename };
  const source = Readable.from(unbroken(upload, stop));
  open.push(source);
  return { source, filename };
}

/** Telegraf lets an error of a stream end the process, so the call is aborted instead, before the form has an end. */
async function* unbroken(upload: ObjectUpload, stop: AbortController): AsyncGenerator<Uint8Array> {
  try {
    yield* upload.stream();
  } catch {
    stop.abort();
    await new Promise<never>(() => {});
  }
}
