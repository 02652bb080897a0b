import type { KeySender } from "../senders/sender.ts";
import type { Sender, SenderOptions } from "./sender-options.ts";

/** See index.ts. Loads and connects nothing before the first message is sent. */
export function createSender<Options extends object, Message>(
  options: SenderOptions<Message>,
): Sender<Options, Message> {
  let opened: Promise<KeySender<Message>> | null = null;
  return {
    send: async (target) => {
      opened ??= import("./open-sender.ts").then(({ openSender }) => openSender(options));
      return (await opened).send(target);
    },
    close: async () => (await opened)?.close(),
  };
}
