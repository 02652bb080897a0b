import type { BotIdentity } from "./bots.ts";
import { chatOf } from "./chat-methods.ts";
import type { Chat, Membership } from "./chats.ts";
import type { BotApiWorld } from "./world.ts";

/** Whoever manages the chats of the sandbox. */
const MANAGER = { id: 5_000, is_bot: false, first_name: "Manager" };

/** Somebody adds a bot to a chat, or takes it out; the bot hears of it where that changes anything. */
export function changeMembership(chat: Chat, bot: BotIdentity, to: Membership, world: BotApiWorld): void {
  const before = chat.membership.get(bot.id) ?? "left";
  chat.membership.set(bot.id, to);
  if (before !== to) tellMembership(chat, bot, before, world);
}

/** Puts in what a bot hears when its place in a chat changes (core.telegram.org/bots/api#chatmemberupdated). */
export function tellMembership(chat: Chat, bot: BotIdentity, before: Membership, world: BotApiWorld): void {
  const now = chat.membership.get(bot.id) ?? "left";
  world.inboxOf(bot).push("my_chat_member", {
    chat: chatOf(chat),
    from: chat.type === "private" ? { ...MANAGER, id: chat.id } : MANAGER,
    date: Math.floor(world.clock.wall() / 1_000),
    old_chat_member: memberOf(chat, bot, before),
    new_chat_member: memberOf(chat, bot, now),
  });
}

function memberOf(
  chat: Chat,
  { id, username }: BotIdentity,
  membership: Membership,
): Record<string, unknown> {
  const user = { id, is_bot: true, first_name: username, username };
  if (membership !== "member") return { user, status: membership };
  return chat.type === "channel"
    ? { user, status: "administrator", can_post_messages: !chat.readOnly }
    : { user, status: "member" };
}
