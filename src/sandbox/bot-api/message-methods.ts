import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import type { BotIdentity } from "./bots.ts";
import { type Chat, mayPost } from "./chats.ts";
import { callPause, latePause } from "./pause.ts";
import { shownPost } from "./post-message.ts";
import type { Posted } from "./posted.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/** sendMessage, for plain text. */
export function sendMessage(call: MethodCall, world: BotApiWorld): Promise<Answered<unknown>> {
  const text = call.fields.get("text") ?? "";
  if (text.trim() === "" && postable(call, world).ok)
    return Promise.resolve(refused(badRequest("message text is empty")));
  return underQuota(call, postable(call, world), world, async (chat) => {
    await latePause(call, world);
    return answered(shownPost(call, chat, { way: "text", file: null, text, moved: 0 }, world));
  });
}

/** forwardMessage: the same file and caption, with ids of the forwarding bot. What is protected is refused. */
export function forwardMessage(call: MethodCall, world: BotApiWorld): Promise<Answered<unknown>> {
  return underQuota(call, postable(call, world), world, async (chat) => {
    const found = findMessage(call, "from_chat_id", "message to forward", world);
    if (!found.ok) return found;
    const { file, text, pack, guarded, frame, origin } = found.value;
    if (guarded || found.value.chat.guarded) return refused(badRequest("the message can't be forwarded"));
    await latePause(call, world);
    const content = {
      way: "forward",
      file,
      text,
      pack,
      moved: 0,
      origin: origin ?? found.value,
      frame: { ...frame, keyboard: null },
    } as const;
    return answered(shownPost(call, chat, content, world));
  });
}

/** API deleteMessage: a bot deletes what is younger than this. */
const DELETABLE_MS = 48 * 3_600_000;

/** deleteMessage: one's own, and in a channel or supergroup others' with the right to delete. Files stay, as they do on the real server. */
export function deleteMessage(call: MethodCall, world: BotApiWorld): Promise<Answered<unknown>> {
  const open = world.chats.open(call.fields.get("chat_id"), call.bot);
  return underQuota(call, open, world, async () => {
    const found = findMessage(call, "chat_id", "message to delete", world);
    if (!found.ok) return found;
    const young = world.clock.wall() - found.value.wall < DELETABLE_MS;
    if (!young || !mayDelete(found.value, call.bot)) return refused(undeletable(found.value.chat));
    await latePause(call, world);
    found.value.deleted = true;
    return answered(true);
  });
}

function mayDelete({ by, chat }: Posted, bot: BotIdentity): boolean {
  return by.id === bot.id || (chat.type === "channel" && !chat.taken.delete.has(bot.id));
}

function undeletable({ type }: Chat) {
  const ofChat = type === "channel" || type === "supergroup";
  return badRequest(ofChat ? "message can't be deleted" : "message can't be deleted for everyone");
}

/** Returns the chat of a call if the bot may post there. */
function postable({ bot, fields }: MethodCall, world: BotApiWorld): Answered<Chat> {
  const open = world.chats.open(fields.get("chat_id"), bot);
  return open.ok ? mayPost(open.value, null) : open;
}

/** Runs a call on a chat when its flood control lets it pass: sends, edits, forwards and deletions share one quota (tdlib/td#2592). */
export async function underQuota(
  call: MethodCall,
  chat: Answered<Chat>,
  world: BotApiWorld,
  run: (chat: Chat) => Promise<Answered<unknown>>,
): Promise<Answered<unknown>> {
  if (!chat.ok) return chat;
  const admitted = await world.flood.admit({ ...call, chat: chat.value, uploadBytes: 0 }, async () => {
    await callPause(world);
    return run(chat.value);
  });
  return admitted.error === null ? admitted.value : refused(admitted.error);
}

/** Returns the message that a call names, or BAS's words for there being none. */
export function findMessage(
  { bot, fields }: MethodCall,
  chatField: string,
  what: string,
  world: BotApiWorld,
): Answered<Posted> {
  const chat = world.chats.open(fields.get(chatField), bot);
  if (!chat.ok) return chat;
  const id = fields.number("message_id") ?? 0;
  if (id === 0) return refused(badRequest("message identifier is not specified"));
  const posted = world.posted.find(chat.value, bot, id);
  return posted ? answered(posted) : refused(badRequest(`${what} not found`));
}
