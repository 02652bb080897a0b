import { MEDIA_KINDS } from "../../domain/media.ts";
import { userOf } from "./bots.ts";
import { chatOf } from "./chat-methods.ts";
import type { Chat } from "./chats.ts";
import { mediaMembers } from "./media-member.ts";
import type { Posted, PostedWay } from "./posted.ts";
import type { StoredFile } from "./stored-file.ts";
import { type BotApiWorld, type MethodCall, sinceStart } from "./world.ts";

/** What a message holds, and how it came. */
export interface Content {
  readonly way: PostedWay;
  readonly file: StoredFile | null;
  readonly text: string | null;
  /** Bytes of media that came to the server for it. */
  readonly moved: number;
}

/** What the log of posted messages has in members of its own. */
const OWN_MEMBERS = ["chat_id", "thumbnail", "thumb", ...MEDIA_KINDS];

/** Posts a message and returns it as the API's `Message`. */
export function postMessage(
  { bot, method, fields }: MethodCall,
  chat: Chat,
  content: Content,
  world: BotApiWorld,
): Record<string, unknown> {
  const posted = world.posted.add({
    ...content,
    parameters: fields.textsBut(...OWN_MEMBERS),
    chat,
    bot,
    method,
    at: sinceStart(world),
    wall: world.clock.wall(),
  });
  const caption = content.file === null ? null : fields.get("caption");
  return {
    ...messageOf(posted, world),
    ...(caption === null ? {} : { caption }),
    ...(fields.flag("protect_content") ? { has_protected_content: true } : {}),
  };
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
