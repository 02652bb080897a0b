import type { BotIdentity } from "./bots.ts";
import { chatOf } from "./chat-methods.ts";
import type { Chat } from "./chats.ts";
import { botsNamed, ControlError, type ControlStep, chatNamed } from "./control-names.ts";
import type { UpdateOrder } from "./control-schema.ts";
import type { BotApiWorld } from "./world.ts";

/**
 * Has a user write to a bot. Who writes in their private chat is open to the bot from then on, also after having blocked it.
 * Throws ControlError where nobody can write so.
 */
export function putUpdate(order: UpdateOrder, world: BotApiWorld): ControlStep {
  const bot = botOf(order, world);
  if (!isNewUser(order.chat, world)) checkChat(order, chatNamed(order.chat, world), bot);
  return () => {
    const chat = world.chats.find(String(order.chat)) ?? addUser(Number(order.chat), order, world);
    if (chat.type === "private") chat.membership.set(bot.id, "member");
    world.inboxOf(bot).push("message", messageFrom(order, chat, world.posted.nextId(chat, bot), world));
  };
}

function botOf({ bot }: UpdateOrder, world: BotApiWorld): BotIdentity {
  const [one, second] = botsNamed(bot, world);
  if (one === undefined) throw new ControlError("the sandbox has no bot");
  if (second === undefined) return one;
  const names = world.bots.list.map(({ username }) => username).join(", ");
  throw new ControlError(`update.bot: say which bot gets it: ${names}`);
}

function isNewUser(name: string | number, world: BotApiWorld): boolean {
  return /^[1-9]\d{0,15}$/.test(String(name)) && world.chats.find(String(name)) === undefined;
}

function checkChat({ from }: UpdateOrder, chat: Chat, bot: BotIdentity): void {
  const gone = chat.deleted || chat.migratedTo !== null;
  if (gone) throw new ControlError(`update.chat: nobody writes in chat ${chat.id}, it is gone`);
  if (chat.type === "channel")
    throw new ControlError(`update.chat: ${chat.id} is a channel, where no user writes to a bot`);
  if (chat.type === "private") return;
  if (from.id === undefined) throw new ControlError("update.from.id: say which user writes in the group");
  if (chat.membership.get(bot.id) !== "member")
    throw new ControlError(
      `update.bot: ${bot.username} is not in chat ${chat.id}, so it hears nothing there`,
    );
}

function addUser(id: number, { from }: UpdateOrder, world: BotApiWorld): Chat {
  const name = { title: from.first_name ?? `User ${id}`, members: [] };
  return world.chats.add({
    id,
    type: "private",
    ...name,
    ...(from.username === undefined ? {} : { username: from.username }),
  });
}

function messageFrom(
  { text, from }: UpdateOrder,
  chat: Chat,
  message_id: number,
  world: BotApiWorld,
): Record<string, unknown> {
  const id = from.id ?? chat.id;
  const first = from.first_name ?? (chat.type === "private" ? chat.title : `User ${id}`);
  const entities = commandsIn(text);
  return {
    message_id,
    from: { is_bot: false, ...from, id, first_name: first },
    chat: chatOf(chat),
    date: Math.floor(world.clock.wall() / 1_000),
    text,
    ...(entities.length > 0 ? { entities } : {}),
  };
}

/** Commands as the API marks them; offsets and lengths in UTF-16 units. */
function commandsIn(text: string): Record<string, unknown>[] {
  return [...text.matchAll(/(?<=^|\s)\/[a-z0-9_]{1,32}(?:@\w+)?/gi)].map(({ 0: command, index }) => ({
    type: "bot_command",
    offset: index,
    length: command.length,
  }));
}
