import { kindOfKey, type MediaKind } from "../../domain/media.ts";
import { drawMs } from "../profiles.ts";
import { type Answered, type ApiError, answered, badRequest, refused, tooManyRequests } from "./api-error.ts";
import { type Chat, mayPost } from "./chats.ts";
import { type MediaSource, mediaSource } from "./media-source.ts";
import {
  isJson,
  type MediaBlockType,
  mediaBlocksOf,
  mediaTypeOf,
  plainText,
  type RichJson,
} from "./rich-blocks.ts";
import type { RichInput } from "./rich-input.ts";
import type { Pack, TakenRich } from "./rich-pack.ts";
import { takeIn } from "./send-media.ts";
import { wait } from "./wait.ts";
import type { BotApiWorld, MethodCall } from "./world.ts";

/** A medium of a rich message that is to be taken in. */
interface RichMedium {
  readonly block: RichJson;
  readonly kind: MediaKind;
  readonly source: MediaSource;
  /** The call as it would be for this medium alone. */
  readonly call: MethodCall;
  readonly isLoose: boolean;
}

const KINDS: Readonly<Record<MediaBlockType, MediaKind>> = {
  photo: "photo",
  video: "video",
  animation: "animation",
  audio: "audio",
  voice_note: "voice",
  document: "document",
};

/** Where the media of a rich message come from; refused where the bot may not send one there, or one cannot be. */
export function richMedia(
  call: MethodCall,
  { blocks, loose }: RichInput,
  chat: Chat,
  world: BotApiWorld,
): Answered<RichMedium[]> {
  const media: RichMedium[] = [];
  for (const [index, block] of mediaBlocksOf(blocks).entries()) {
    const isLoose = loose.has(block);
    const one = callFor(call, block, isLoose);
    const allowed = mayPost(chat, one.kind);
    const source = allowed.ok ? sourceOf(one.call, one.kind, world) : allowed;
    if (!source.ok) return refused(named(source.error, index, world));
    media.push({ ...one, block, isLoose, source: source.value });
  }
  return answered(media);
}

/** Telegram's refusal of many URLs at once, where that is switched on. */
export function urlFlood(media: readonly RichMedium[], { live }: BotApiWorld): ApiError | null {
  const most = live.rich.url_flood;
  const urls = media.filter(({ source }) => source.way === "url").length;
  return most !== null && urls > most ? tooManyRequests(URL_FLOOD_SECONDS) : null;
}

const URL_FLOOD_SECONDS = 30;

/** Takes all media in, after the time that they take together; where one is bad, its error, and nothing else comes of it. */
export async function takePack(
  media: readonly RichMedium[],
  { blocks }: RichInput,
  world: BotApiWorld,
): Promise<Answered<Pack>> {
  await wait(world.clock, latencyOf(media, world), world.stop);
  const taken = await Promise.all(media.map((each) => takeOne(each, world)));
  const of = new Map<RichJson, TakenRich>();
  for (const [index, each] of media.entries()) {
    const medium = taken[index];
    if (medium === undefined) continue;
    if (!medium.ok) return refused(named(each.isLoose ? LOOSE_FAILED : medium.error, index, world));
    of.set(each.block, medium.value);
  }
  return answered({ blocks, media: of });
}

/** A URL in the markup that leads to nothing (BEDOLAGA-DEV/remnawave-bedolaga-telegram-bot#3230). */
const LOOSE_FAILED = badRequest("RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND");

async function takeOne(
  { block, source, kind, call }: RichMedium,
  world: BotApiWorld,
): Promise<Answered<TakenRich>> {
  const taken = await takeIn(source, kind, call, world, { richOnly: world.live.rich.ids === "rich_only" });
  if (!taken.ok) return taken;
  const caption = isJson(block.caption) ? plainText(block.caption.text).trim() : "";
  return answered({ ...taken.value, way: source.way, caption });
}

/** New media are taken in one after another: 46 photos by URL were answered after 47 s (public field notes, 2026-09). */
function latencyOf(media: readonly RichMedium[], { live, profile, random }: BotApiWorld): number {
  const fresh = media.filter(({ source }) => source.way !== "file_id");
  if (fresh.length === 0) return drawMs(profile.callLatencyMs, random);
  return fresh.reduce((sum) => sum + drawMs(live.uploadLatencyMs, random), 0);
}

function callFor(call: MethodCall, block: RichJson, isLoose: boolean) {
  const type = mediaTypeOf(block) ?? "document";
  const medium = block[type] as RichJson;
  const url = String(medium.media);
  const kind = isLoose ? (kindOfKey(url.split("?")[0] ?? "") ?? KINDS[type]) : KINDS[type];
  const { media, thumbnail, ...rest } = medium;
  const texts = Object.entries({ ...rest, [kind]: media, ...(thumbnail ? { thumbnail } : {}) });
  return {
    kind,
    call: { ...call, fields: call.fields.with(new Map(texts.map(([name, value]) => [name, String(value)]))) },
  };
}

function sourceOf(call: MethodCall, kind: MediaKind, world: BotApiWorld): Answered<MediaSource> {
  const text = call.fields.get(kind) ?? "";
  const isMissing = text.startsWith("attach://") && call.fields.file(kind) === null;
  if (isMissing) return refused(badRequest("can't parse InputRichMessageMedia: media not found"));
  return mediaSource(call, kind, world, { isRich: true });
}

/** An error about one medium, which says so where that is switched on, in the words that albums have for it. */
function named(error: ApiError, index: number, { live }: BotApiWorld): ApiError {
  if (!live.rich.names_bad || error.code !== 400) return error;
  const text = error.description.replace(/^Bad Request: /, "");
  return badRequest(`failed to send message #${index + 1} with the error message "${text}"`);
}
