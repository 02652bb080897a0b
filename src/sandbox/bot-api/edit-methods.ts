import { type Answered, type ApiError, badRequest, refused } from "./api-error.ts";
import { type Editing, editMessage, UNEDITABLE } from "./edit-message.ts";
import { frameGiven, keyboardOf } from "./frame.ts";
import { underQuota } from "./message-methods.ts";
import type { Posted } from "./posted.ts";
import { keptOf } from "./rich-pack.ts";
import { withPack } from "./send-rich.ts";
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

/** editMessageText: a text and a rich message may become either; of what was there before nothing is left. */
export const editMessageText: Method = (call, world) => {
  const change: Editing["change"] = (before) => ({ ...before, keyboard: keyboardOf(call.fields) });
  if (call.fields.get("rich_message") !== null)
    return withPack(
      call,
      () => chatOf(call, world),
      world,
      (_, pack) => {
        const content = { text: null, pack: keptOf(pack, world.live.rich.keeps) };
        return editMessage(call, world, { refusal: noText, change, content });
      },
    );
  const text = call.fields.get("text")?.trim() ?? "";
  if (text === "") return refused(badRequest("message text is empty"));
  return edit(call, world, { refusal: noText, change, content: { text, pack: null } });
};

function noText({ file }: Posted): ApiError | null {
  return file === null ? null : badRequest("there is no text in the message to edit");
}

/** It counts against the chat's quota whatever becomes of it; whether the real server counts what it refuses is not known. */
function edit(call: MethodCall, world: BotApiWorld, editing: Editing): Promise<Answered<unknown>> {
  return underQuota(call, chatOf(call, world), world, () => editMessage(call, world, editing));
}

function chatOf({ fields, bot }: MethodCall, { chats }: BotApiWorld) {
  return chats.open(fields.get("chat_id"), bot);
}
