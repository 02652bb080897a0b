import { type Answered, type ApiError, answered, badRequest, refused } from "./api-error.ts";
import type { BotIdentity } from "./bots.ts";
import { mayEditOthers } from "./chats.ts";
import { sameFrame } from "./frame.ts";
import { findMessage } from "./message-methods.ts";
import { latePause } from "./pause.ts";
import { messageOf } from "./post-message.ts";
import type { Frame, PostBody, Posted } from "./posted.ts";
import { mediaOf } from "./rich-pack.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/** What an edit does. */
export interface Editing {
  /** Why this message has not got what is to be edited. */
  readonly refusal: (posted: Posted) => ApiError | null;
  readonly change: (before: Frame) => Frame;
  /** What its text or its blocks become; without it they stay. */
  readonly content?: PostBody;
}

/** The refusal of what can never be edited. */
export const UNEDITABLE = badRequest("message can't be edited");

const NOT_MODIFIED = badRequest(
  "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
);

/** Edits a message and returns the whole of it, with ids of the bot that edits (BAS TdOnEditMessageCallback). */
export async function editMessage(
  call: MethodCall,
  world: BotApiWorld,
  { refusal, change, content }: Editing,
): Promise<Answered<unknown>> {
  const found = findMessage(call, "chat_id", "message to edit", world);
  if (!found.ok) return found;
  const posted = found.value;
  const why = mayEdit(posted, call.bot) ? refusal(posted) : UNEDITABLE;
  if (why !== null) return refused(why);
  const frame = change(posted.frame);
  if (sameFrame(frame, posted.frame) && sameContent(posted, content)) return refused(NOT_MODIFIED);
  await latePause(call, world);
  Object.assign(posted, { frame }, content);
  posted.edits.push(world.clock.wall());
  return answered(messageOf(posted, call.bot, world));
}

function sameContent(posted: Posted, content: Editing["content"]): boolean {
  return content === undefined || signOf(posted) === signOf(content);
}

function signOf({ text, pack }: PostBody): string {
  return JSON.stringify([text, pack && [pack.blocks, mediaOf(pack).map(({ file }) => file.number)]]);
}

/**
 * A bot edits its own posts, and in a channel others' with the right to edit; never a forward, nor what came with a keyboard of the
 * other sort (TD MessagesManager can_edit_message).
 */
function mayEdit({ by, chat, origin, keyboardOfOwn }: Posted, bot: BotIdentity): boolean {
  if (origin !== null || keyboardOfOwn) return false;
  const own = by.id === bot.id;
  if (chat.type !== "channel") return own;
  return mayEditOthers(chat, bot) || (own && !chat.readOnly);
}
