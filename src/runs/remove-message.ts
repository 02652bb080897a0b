import type { Connections } from "../compose/connect.ts";
import type { Emitter } from "../domain/events.ts";
import type { StoredId } from "../ledgers/port.ts";

/** Removes a warmup message whose file_id is safe (`--delete-after`); one that stays is told. */
export function messageRemover({ bots }: Connections, events: Emitter) {
  return async (slug: string, { chatId, messageId }: StoredId): Promise<void> => {
    const owner = bots.find(({ bot }) => bot.slug === slug);
    if (!owner || chatId === null || messageId === null) return;
    const removed = await owner.bot.deleteMessage(chatId, messageId);
    if (removed.ok) return;
    const text = `message ${messageId} in ${chatId} stays: ${removed.failure.message}`;
    events.emit("notice", { level: "warn", text });
  };
}
