import type { Connections } from "../compose/connect.ts";
import type { Emitter } from "../domain/events.ts";
import type { Result } from "../domain/result.ts";
import type { StoredId } from "../ledgers/port.ts";
import type { Bot } from "../telegram/port.ts";

/** So many waits are waited out for one message. */
const MOST_WAITS = 5;

/** Removes a warmup message whose file_id is safe (`--delete-after`), after the waits that Telegram asks for; one that stays is told. */
export function messageRemover({ bots, clock }: Connections, events: Emitter, draining: AbortSignal) {
  const patiently = async (bot: Bot, chat: string, message: number): Promise<Result<void>> => {
    for (let waits = 0; ; waits++) {
      const removed = await bot.deleteMessage(chat, message);
      const isWait = !removed.ok && removed.failure.class === "flood";
      if (!isWait || waits === MOST_WAITS || draining.aborted) return removed;
      await clock.sleep((removed.failure.retryAfterMs ?? 0) + 1, draining);
    }
  };
  return async (slug: string, { chatId, messageId }: StoredId): Promise<void> => {
    const owner = bots.find(({ bot }) => bot.slug === slug);
    if (!owner || chatId === null || messageId === null) return;
    const removed = await patiently(owner.bot, chatId, messageId);
    if (removed.ok) return;
    const text = `message ${messageId} in ${chatId} stays: ${removed.failure.message}`;
    events.emit("notice", { level: "warn", text });
  };
}
