import type { Api, Message } from "node-telegram-bot-api";
import { createSender as createAny } from "./runs/create-sender.ts";
import type { CommonSenderOptions, Sender } from "./runs/sender-options.ts";
import type { ObjectUpload } from "./senders/object-upload.ts";
import { withFiles } from "./senders/with-files.ts";

/** The methods that send media. */
type SendMethod = "sendPhoto" | "sendVideo" | "sendAnimation" | "sendAudio" | "sendVoice" | "sendDocument";

type ParamsOf<M extends SendMethod> = Omit<
  Parameters<Api[M]>[0],
  "chat_id" | "photo" | "video" | "animation" | "audio" | "voice" | "document"
>;

/** Options of the sends, as node-telegram-bot-api has them. */
export type NodeTelegramBotApiSendOptions = ParamsOf<"sendPhoto"> &
  ParamsOf<"sendVideo"> &
  ParamsOf<"sendAnimation"> &
  ParamsOf<"sendAudio"> &
  ParamsOf<"sendVoice"> &
  ParamsOf<"sendDocument">;

/**
 * Returns a sender over a bot of node-telegram-bot-api, version 2 or newer; retries, limits and API root of the bot hold for it.
 * Throws TypeError for a bot of an older version.
 *
 * ```js
 * const sender = createSender(bot, { ids: await openIds("sqlite:prewarm.db") });
 * bot.command("start", (ctx) => sender.send({ chat: ctx.chat.id, key: "covers/a.jpg", caption: "Hello" }));
 * ```
 */
export function createSender(
  bot: { readonly api: Api } | Api,
  options: CommonSenderOptions,
): Sender<NodeTelegramBotApiSendOptions, Message> {
  const api = "api" in bot ? bot.api : bot;
  const methods = api as unknown as Record<SendMethod, (params: object) => Promise<Message>>;
  if ("onText" in bot || typeof methods.sendPhoto !== "function")
    throw new TypeError(
      "prewarm/node-telegram-bot-api takes a bot of version 2 or newer: pass new Bot(token), or its api",
    );
  return createAny<NodeTelegramBotApiSendOptions, Message>({
    ...options,
    apiRoot: apiRootOf(api),
    send: async ({ method, params }) => methods[method]((await asInputFiles(params)) ?? params),
  });
}

/** The library does not show it. */
function apiRootOf(api: object): string | undefined {
  const { transport } = api as { transport?: { apiRoot?: string } };
  return transport?.apiRoot;
}

/** Loaded with the first upload. */
function asInputFiles(params: Readonly<Record<string, unknown>>) {
  return withFiles(params, async (upload) => {
    const { InputFile } = await import("node-telegram-bot-api");
    const { filename } = upload;
    return new InputFile(upload.isSmall ? await upload.whole() : () => streamOf(upload), { filename });
  });
}

function streamOf(upload: ObjectUpload): ReadableStream<Uint8Array> {
  const chunks = upload.stream();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
