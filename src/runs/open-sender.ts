import { ConfigError } from "../config/error.ts";
import { systemClock } from "../domain/clock.ts";
import { botApi } from "../senders/bot-api.ts";
import type { ObjectSource } from "../senders/object-source.ts";
import type { SendFunction } from "../senders/port.ts";
import { KeySender } from "../senders/sender.ts";
import type { SenderOptions } from "./sender-options.ts";

const LOOKUP_MS = 50;
const NO_TOKEN =
  "TELEGRAM_BOT_TOKEN is not set: a sender without a library needs it in the environment, or as `botToken`";

/** The sender of these options. Connects nothing yet. */
export function openSender<Message>(options: SenderOptions<Message>): KeySender<Message> {
  const { ids, bot, reportTo = ids, clock = systemClock(), lookupMs = LOOKUP_MS, storage } = options;
  const openSource = storage === null ? null : () => sourceOf(options);
  const send = options.send ?? (ownSend(options) as SendFunction<Message>);
  return new KeySender({ ids, send, openSource, reportTo, bot, clock, lookupMs });
}

async function sourceOf(options: SenderOptions): Promise<ObjectSource> {
  const { openBucket } = await import("./open-bucket.ts");
  return openBucket(options);
}

/** The Bot API itself, with a token from the options or the environment. */
function ownSend({ botToken, apiRoot, env = process.env }: SenderOptions): SendFunction {
  const token = (botToken ?? env.TELEGRAM_BOT_TOKEN ?? "").trim();
  if (token === "") throw new ConfigError([NO_TOKEN]);
  const test = env.TELEGRAM_TEST === "1";
  return botApi({ token: test ? `${token}/test` : token, apiRoot: apiRoot ?? env.TELEGRAM_API_ROOT });
}
