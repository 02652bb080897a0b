import type { Bot } from "../telegram/port.ts";
import type { BotWorld, LaneLook } from "./port.ts";

/** The lanes of the bots whose token is good, each asked once (getChat, getChatMember): nothing is tried again. */
export async function lookAtLanes(bots: readonly BotWorld[]): Promise<LaneLook[]> {
  const looks = bots.map(async ({ bot, chats, getMe }) => {
    const me = await getMe();
    if (!me.ok) return [];
    return Promise.all(
      chats.map(async (wish) => ({ bot: bot.slug, wish, result: await lookAtChat(bot, wish, null) })),
    );
  });
  return (await Promise.all(looks)).flat();
}

async function lookAtChat(bot: Bot, chat: string, movedTo: string | null): Promise<LaneLook["result"]> {
  const found = await bot.getChat(chat);
  if (!found.ok) {
    const { migrateTo } = found.failure;
    return migrateTo === undefined || movedTo !== null ? found : lookAtChat(bot, migrateTo, migrateTo);
  }
  const right = await bot.canPost(found.value);
  return right.ok ? { ok: true, value: { ...found.value, movedTo } } : right;
}
