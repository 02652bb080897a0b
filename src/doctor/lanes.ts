import type { Bot } from "../telegram/port.ts";
import type { CheckedBot, CheckedLane } from "./context.ts";

/** The lanes of the bots whose token is good, each asked once (getChat, getChatMember): nothing is tried again. */
export async function inspectLanes(bots: readonly CheckedBot[]): Promise<CheckedLane[]> {
  const looks = bots.map(async ({ bot, chats, getMe }) => {
    const me = await getMe();
    if (!me.ok) return [];
    return Promise.all(
      chats.map(async (chat) => ({ bot: bot.slug, chat, result: await inspectChat(bot, chat, null) })),
    );
  });
  return (await Promise.all(looks)).flat();
}

async function inspectChat(bot: Bot, chat: string, movedTo: string | null): Promise<CheckedLane["result"]> {
  const found = await bot.getChat(chat);
  if (!found.ok) {
    const { migrateTo } = found.failure;
    return migrateTo === undefined || movedTo !== null ? found : inspectChat(bot, migrateTo, migrateTo);
  }
  const right = await bot.canPost(found.value);
  return right.ok ? { ok: true, value: { ...found.value, movedTo } } : right;
}
