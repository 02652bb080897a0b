import type { MediaKind } from "../../domain/media.ts";
import { drawMs } from "../profiles.ts";
import { type Answered, answered, refused } from "./api-error.ts";
import { type Chat, mayPost } from "./chats.ts";
import { type MediaSource, mediaSource } from "./media-source.ts";
import { latePause } from "./pause.ts";
import { shownPost } from "./post-message.ts";
import { type TakenMedia, type TakingIn, takeUpload, takeUrl } from "./take-in.ts";
import { wait } from "./wait.ts";
import type { BotApiWorld, Method, MethodCall } from "./world.ts";

/**
 * Returns sendPhoto, sendVideo and so on. In order: chat and rights, the form of the media parameter, flood control (a call
 * that passes it counts, whatever becomes of it), the latency, the media itself, the message.
 */
export function sendMedia(kind: MediaKind): Method {
  return (call, world) => send(call, kind, world);
}

async function send(call: MethodCall, kind: MediaKind, world: BotApiWorld): Promise<Answered<unknown>> {
  const open = world.chats.open(call.fields.get("chat_id"), call.bot);
  const chat = open.ok ? mayPost(open.value, kind) : open;
  if (!chat.ok) return chat;
  const source = mediaSource(call, kind, world);
  if (!source.ok) return source;
  const admission = { ...call, chat: chat.value, uploadBytes: uploadedBytes(call, source.value) };
  const admitted = await world.flood.admit(admission, () =>
    post(call, kind, chat.value, source.value, world),
  );
  return admitted.error === null ? admitted.value : refused(admitted.error);
}

function uploadedBytes({ fields }: MethodCall, { way }: MediaSource): number {
  return way === "upload" ? fields.files.reduce((sum, { blob }) => sum + blob.bytes, 0) : 0;
}

async function post(
  call: MethodCall,
  kind: MediaKind,
  chat: Chat,
  source: MediaSource,
  world: BotApiWorld,
): Promise<Answered<unknown>> {
  const { clock, live, profile, random, stop } = world;
  const latency = source.way === "file_id" ? profile.callLatencyMs : live.uploadLatencyMs;
  if (latency !== null) await wait(clock, drawMs(latency, random), stop);
  const taken = await takeIn(source, kind, call, world);
  if (!taken.ok) return taken;
  await latePause(call, world);
  return answered(shownPost(call, chat, { way: source.way, ...taken.value, text: null }, world));
}

/** Takes in the media of a call, wherever it comes from. */
export function takeIn(
  source: MediaSource,
  kind: MediaKind,
  call: MethodCall,
  world: BotApiWorld,
  options: TakingIn = {},
): Promise<Answered<TakenMedia>> {
  if (source.way === "upload") return takeUpload(source.upload, kind, call, world, options);
  if (source.way === "url") return takeUrl(source.url, kind, world, options);
  return Promise.resolve(answered({ file: source.file, moved: 0 }));
}
