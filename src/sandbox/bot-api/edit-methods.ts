import { type Answered, type ApiError, answered, badRequest, refused } from "./api-error.ts";
import type { BotIdentity } from "./bots.ts";
import { mayEditOthers } from "./chats.ts";
import { frameGiven, keyboardOf, sameFrame } from "./frame.ts";
import { findMessage, underQuota } from "./message-methods.ts";
import { latePause } from "./pause.ts";
import { messageOf } from "./post-message.ts";
import type { Frame, Posted } from "./posted.ts";
import type { BotApiWorld, Method, MethodCall } from "./world.ts";

/** editMessageReplyMarkup: without a keyboard it takes the one that is there away. */
export const editMessageReplyMarkup: Method = (call, world) =>
  edit(call, world, {
    refusal: () => null,
    change: (before) => ({ ...before, keyboard: keyboardOf(call.fields) }),
  });

/** editMessageCaption: what is not given, caption or keyboard, is taken away. */
export const editMessageCaption: Method = (call, world) =>
  edit(call, world, {
    refusal: ({ file }) => {
      if (file === null) return badRequest("there is no caption in the message to edit");
      return file.kind === "sticker" ? UNEDITABLE : null;
    },
    change: () => frameGiven(call.fields),
  });

interface Editing {
  /** Why this message has not got what is to be edited. */
  readonly refusal: (posted: Posted) => ApiError | null;
  readonly change: (before: Frame) => Frame;
}

const UNEDITABLE = badRequest("message can't be edited");
const NOT_MODIFIED = badRequest(
  "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
);

/**
 * Edits a message and returns the whole of it, with ids of the bot that edits (BAS TdOnEditMessageCallback). It counts against the
 * chat's quota whatever becomes of it; whether the real server counts those that it refuses is not known.
 */
function edit(
  call: MethodCall,
  world: BotApiWorld,
  { refusal, change }: Editing,
): Promise<Answered<unknown>> {
  const open = world.chats.open(call.fields.get("chat_id"), call.bot);
  return underQuota(call, open, world, async () => {
    const found = findMessage(call, "chat_id", "message to edit", world);
    if (!found.ok) return found;
    const posted = found.value;
    const why = mayEdit(posted, call.bot) ? refusal(posted) : UNEDITABLE;
    if (why !== null) return refused(why);
    const frame = change(posted.frame);
    if (sameFrame(frame, posted.frame)) return refused(NOT_MODIFIED);
    await latePause(call, world);
    posted.frame = frame;
    posted.edits.push(world.clock.wall());
    return answered(messageOf(posted, call.bot, world));
  });
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
