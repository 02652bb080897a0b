import { userOf } from "./bots.ts";
import { chatOf } from "./chat-methods.ts";
import type { Chat } from "./chats.ts";
import { mediaMembers } from "./media-member.ts";
import type { Posted, PostedWay } from "./posted.ts";
import type { StoredFile } from "./stored-file.ts";
import { type BotApiWorld, type MethodCall, sinceStart } from "./world.ts";

/** Posts a message and returns it as the API's `Message`. */
export function postMessage(
  { bot, method, fields }: MethodCall,
  chat: Chat,
  content: { readonly way: PostedWay; readonly file: StoredFile | null; readonly text: string | null },
  world: BotApiWorld,
): Record<string, unknown> {
  const posted = world.posted.add({
    ...content,
    chat,
    bot,
    method,
    at: sinceStart(world),
    wall: world.clock.wall(),
  });
  const caption = content.file === null ? null : fields.get("caption");
  return { ...messageOf(posted, world), ...(caption === null ? {} : { caption }) };
}

function messageOf(
  { chat, bot, messageId, wall, file, text }: Posted,
  world: BotApiWorld,
): Record<string, unknown> {
  const shown = chatOf(chat);
  const sender = chat.type === "channel" ? { sender_chat: shown } : { from: userOf(bot) };
  return {
    message_id: messageId,
    ...sender,
    chat: shown,
    date: Math.floor(wall / 1000),
    ...(file === null ? { text } : mediaMembers(file, bot, world.files.ids)),
  };
}
