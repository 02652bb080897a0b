import { drawMs } from "../profiles.ts";
import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import { type Chat, mayPost } from "./chats.ts";
import { postMessage } from "./post-message.ts";
import type { Posted } from "./posted.ts";
import { wait } from "./wait.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/** sendMessage, for plain text. */
export function sendMessage(call: MethodCall, world: BotApiWorld): Promise<Answered<unknown>> {
  const text = call.fields.get("text") ?? "";
  return postTo(call, world, (chat) => {
    if (text.trim() === "") return refused(badRequest("message text is empty"));
    return answered(() => postMessage(call, chat, { way: "text", file: null, text, moved: 0 }, world));
  });
}

/** forwardMessage: the same file, with ids of the forwarding bot. */
export function forwardMessage(call: MethodCall, world: BotApiWorld): Promise<Answered<unknown>> {
  return postTo(call, world, (chat) => {
    const found = findMessage(call, "from_chat_id", "message to forward not found", world);
    if (!found.ok) return found;
    const { file, text } = found.value;
    return answered(() => postMessage(call, chat, { way: "forward", file, text, moved: 0 }, world));
  });
}

/** deleteMessage. Files stay, as they do on the real server. */
export function deleteMessage(call: MethodCall, world: BotApiWorld): Answered<unknown> {
  const found = findMessage(call, "chat_id", "message to delete not found", world);
  if (!found.ok) return found;
  found.value.deleted = true;
  return answered(true);
}

async function postTo(
  call: MethodCall,
  world: BotApiWorld,
  prepare: (chat: Chat) => Answered<() => unknown>,
): Promise<Answered<unknown>> {
  const open = world.chats.open(call.fields.get("chat_id"), call.bot);
  const chat = open.ok ? mayPost(open.value, null) : open;
  if (!chat.ok) return chat;
  const prepared = prepare(chat.value);
  if (!prepared.ok) return prepared;
  const { clock, profile, random, stop } = world;
  const admitted = await world.flood.admit({ ...call, chat: chat.value, uploadBytes: 0 }, async () => {
    if (profile.callLatencyMs) await wait(clock, drawMs(profile.callLatencyMs, random), stop);
    return prepared.value();
  });
  return admitted.error === null ? answered(admitted.value) : refused(admitted.error);
}

function findMessage(
  { bot, fields }: MethodCall,
  chatField: string,
  missing: string,
  world: BotApiWorld,
): Answered<Posted> {
  const chat = world.chats.open(fields.get(chatField), bot);
  if (!chat.ok) return chat;
  const posted = world.posted.find(chat.value, fields.number("message_id") ?? 0);
  return posted ? answered(posted) : refused(badRequest(missing));
}
