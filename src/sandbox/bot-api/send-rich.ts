import { type Answered, answered, refused, TOO_LARGE } from "./api-error.ts";
import { type Chat, mayPost } from "./chats.ts";
import { latePause } from "./pause.ts";
import { messageOf, postMessage } from "./post-message.ts";
import { readRich } from "./rich-input.ts";
import { richMedia, takePack, urlFlood } from "./rich-media.ts";
import { keptOf, mediaOf, type Pack } from "./rich-pack.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/**
 * sendRichMessage: one message, posted when all its media are there (TD MessagesManager: one messages.uploadMedia each, then one
 * messages.sendMessage); where one is bad nothing is posted. The message is looked at before the chat, as the real server was seen to.
 */
export async function sendRichMessage(call: MethodCall, world: BotApiWorld): Promise<Answered<unknown>> {
  const open = (): Answered<Chat> => {
    const chat = world.chats.open(call.fields.get("chat_id"), call.bot);
    return chat.ok ? mayPost(chat.value, null) : chat;
  };
  return withPack(call, open, world, async (chat, pack) => {
    await latePause(call, world);
    const { keeps, dropped_ids } = world.live.rich;
    const kept = keptOf(pack, keeps);
    const posted = postMessage(
      call,
      chat,
      { way: "rich", file: null, text: null, moved: 0, pack: kept },
      world,
    );
    // The answer is the message as the server of the Bot API took it in: what was dropped since is still there.
    const shown = messageOf({ ...posted, frame: posted.frame, pack }, call.bot, world);
    if (dropped_ids === "dead")
      for (const { file } of mediaOf(pack).slice(mediaOf(kept).length)) world.files.ids.kill(call.bot, file);
    return answered(shown);
  });
}

/** Reads `rich_message`, and runs `use` with its media taken in when the chat's flood control lets it pass. */
export async function withPack(
  call: MethodCall,
  open: () => Answered<Chat>,
  world: BotApiWorld,
  use: (chat: Chat, pack: Pack) => Promise<Answered<unknown>>,
): Promise<Answered<unknown>> {
  const { rich } = world.live;
  const uploadBytes = call.fields.files.reduce((sum, { blob }) => sum + blob.bytes, 0);
  if (rich.max_body !== null && uploadBytes > rich.max_body) return refused(TOO_LARGE);
  const input = readRich(call.fields);
  if (!input.ok) return input;
  const chat = open();
  if (!chat.ok) return chat;
  const media = richMedia(call, input.value, chat.value, world);
  if (!media.ok) return media;
  const flood = urlFlood(media.value, world);
  if (flood !== null) return refused(flood);
  const cost = rich.counts === "media" ? Math.max(1, media.value.length) : 1;
  const admission = { ...call, chat: chat.value, uploadBytes, cost, mayNotOwe: rich.overflow === "refuse" };
  const admitted = await world.flood.admit(admission, async () => {
    const pack = await takePack(media.value, input.value, world);
    return pack.ok ? use(chat.value, pack.value) : pack;
  });
  return admitted.error === null ? admitted.value : refused(admitted.error);
}
