import type { Api } from "grammy";
import { createSender as createAny } from "./runs/create-sender.ts";
import type { CommonSenderOptions, Sender } from "./runs/sender-options.ts";
import { withFiles } from "./senders/with-files.ts";

/** The methods that send media. */
type SendMethod = "sendPhoto" | "sendVideo" | "sendAnimation" | "sendAudio" | "sendVoice" | "sendDocument";

type Other<M extends SendMethod> = NonNullable<Parameters<Api[M]>[2]>;

/** Options of the sends, as grammY has them. */
export type GrammySendOptions = Other<"sendPhoto"> &
  Other<"sendVideo"> &
  Other<"sendAnimation"> &
  Other<"sendAudio"> &
  Other<"sendVoice"> &
  Other<"sendDocument">;

/** The message that was sent, as grammY returns it. */
export type GrammyMessage = Awaited<ReturnType<Api[SendMethod]>>;

/**
 * Returns a sender over a grammY bot; transformers, API root and test environment of the bot hold for it.
 *
 * ```js
 * const sender = createSender(bot, { ids: await openIds("sqlite:prewarm.db") });
 * bot.command("start", (ctx) => sender.send({ chat: ctx.chat.id, key: "covers/a.jpg", caption: "Hello" }));
 * ```
 */
export function createSender(
  bot: { readonly api: Api },
  options: CommonSenderOptions,
): Sender<GrammySendOptions, GrammyMessage> {
  const { api } = bot;
  const raw = api.raw as unknown as Record<SendMethod, (params: object) => Promise<GrammyMessage>>;
  return createAny<GrammySendOptions, GrammyMessage>({
    ...options,
    apiRoot: api.options?.apiRoot,
    send: async ({ method, params }) => raw[method]((await asInputFiles(params)) ?? params),
  });
}

/** Loaded with the first upload: whoever has a bot has grammY. */
function asInputFiles(params: Readonly<Record<string, unknown>>) {
  return withFiles(params, async (upload) => {
    const { InputFile } = await import("grammy");
    return new InputFile(upload.isSmall ? await upload.whole() : () => upload.stream(), upload.filename);
  });
}
