import { MEDIA_KINDS } from "../../domain/media.ts";
import { type BotIdentity, userOf } from "./bots.ts";
import { chatOf } from "./chat-methods.ts";
import type { Chat } from "./chats.ts";
import { frameGiven, frameMembers, hasOtherKeyboard } from "./frame.ts";
import { mediaMembers } from "./media-member.ts";
import type { Author, Frame, Posted, PostedWay } from "./posted.ts";
import { type Pack, richMessage } from "./rich-pack.ts";
import type { StoredFile } from "./stored-file.ts";
import { type BotApiWorld, type MethodCall, sinceStart } from "./world.ts";

/** What a message holds, and how it came. */
export interface Content {
  readonly way: PostedWay;
  readonly file: StoredFile | null;
  readonly text: string | null;
  /** Of a rich message. */
  readonly pack?: Pack | null;
  /** Bytes of media that came to the server for it. */
  readonly moved: number;
  /** Of a forward: the message that was posted first. */
  readonly origin?: Posted;
  /** What the call does not say itself. */
  readonly frame?: Frame;
}

/** What the log of posted messages has in members of its own. */
const OWN_MEMBERS = ["chat_id", "thumbnail", "thumb", "rich_message", ...MEDIA_KINDS];

/** Posts a message. */
export function postMessage(
  { bot, method, fields }: MethodCall,
  chat: Chat,
  content: Content,
  world: BotApiWorld,
): Posted {
  return world.posted.add(
    {
      origin: null,
      pack: null,
      frame: frameGiven(fields),
      ...content,
      parameters: fields.textsBut(...OWN_MEMBERS),
      guarded: fields.flag("protect_content"),
      keyboardOfOwn: hasOtherKeyboard(fields),
      chat,
      by: authorOf(bot),
      method,
      at: sinceStart(world),
      wall: world.clock.wall(),
    },
    [bot],
  );
}

/** Posts a message and returns it as the API's `Message`. */
export function shownPost(
  call: MethodCall,
  chat: Chat,
  content: Content,
  world: BotApiWorld,
): Record<string, unknown> {
  return messageOf(postMessage(call, chat, content, world), call.bot, world);
}

/** Returns a bot as who posted. */
export function authorOf(bot: BotIdentity): Author {
  return { id: bot.id, name: bot.username, bot };
}

/** Returns a message as the API's `Message`, with the ids of the bot that looks at it. */
export function messageOf(posted: Posted, viewer: BotIdentity, world: BotApiWorld): Record<string, unknown> {
  const { chat, by, messageId, wall, file, guarded, edits } = posted;
  const shown = chatOf(chat);
  const edited = edits.at(-1);
  return {
    message_id: messageId,
    ...(chat.type === "channel" ? { sender_chat: shown } : { from: senderOf(by) }),
    chat: shown,
    date: Math.floor(wall / 1000),
    ...(edited === undefined ? {} : { edit_date: Math.floor(edited / 1000) }),
    ...(posted.origin === null ? {} : { forward_origin: originOf(posted.origin) }),
    ...contentOf(posted, viewer, world),
    ...frameMembers(file === null ? { ...posted.frame, caption: "" } : posted.frame),
    ...(guarded || chat.guarded ? { has_protected_content: true } : {}),
  };
}

function contentOf({ file, text, pack }: Posted, viewer: BotIdentity, { files }: BotApiWorld) {
  if (pack !== null) return { rich_message: richMessage(pack, viewer, files.ids) };
  return file === null ? { text } : mediaMembers(file, viewer, files.ids);
}

function senderOf({ id, name, bot }: Author) {
  return bot === null ? { id, is_bot: false, first_name: name } : userOf(bot);
}

/** The API's `MessageOrigin`. */
function originOf({ chat, by, messageId, wall }: Posted) {
  const date = Math.floor(wall / 1000);
  return chat.type === "channel"
    ? { type: "channel", chat: chatOf(chat), message_id: messageId, date }
    : { type: "user", sender_user: senderOf(by), date };
}
