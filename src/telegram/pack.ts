import { encodeForm, InputFile } from "node-telegram-bot-api";
import { BUFFERED_BYTES } from "../domain/limits.ts";
import type { MediaKind } from "../domain/media.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { PackMedium, PackRequest } from "./pack-port.ts";
import type { UploadSource } from "./port.ts";
import { extrasOf, type SendFields, streamedFile, wholeFile } from "./send.ts";

/** Types of blocks and of what they hold (core.telegram.org/bots/api#inputrichblock); all but voice are called as their kind. */
const TYPES: Readonly<Record<MediaKind, string>> = {
  photo: "photo",
  video: "video",
  animation: "animation",
  audio: "audio",
  voice: "voice_note",
  document: "document",
};

/** The parameters of a call, and how long its body is where that is streamed. */
export interface PackForm {
  readonly fields: SendFields;
  /** Null where all of it is in memory and small. */
  readonly bodyBytes: number | null;
  readonly uploadBytes: number;
}

/** Told which medium could not be opened or read to its end. */
type Broke = (index: number) => void;

/**
 * Returns the parameters of a message with several media: a block each, in order, with its tag for a caption; the form `blocks` rather
 * than html, which would have the server read names and kinds out of a text. Uploads follow as parts of their own, in the same order,
 * each opened when the one before it has been read. Fails as the first small file that cannot be read.
 */
export async function packForm(request: PackRequest, broke: Broke): Promise<Result<PackForm>> {
  const parts: Record<string, InputFile> = {};
  const blocks: unknown[] = [];
  for (const [index, medium] of request.media.entries()) {
    const { media } = medium;
    const name = `m${index}`;
    if (typeof media !== "string") {
      const file = await fileOf(media, () => broke(index));
      if (!file.ok) {
        broke(index);
        return failed(file.failure);
      }
      parts[name] = file.value;
    }
    blocks.push(blockOf(medium, typeof media === "string" ? media : `attach://${name}`, `t${index}`));
    if (medium.thumbnail && typeof media !== "string") parts[`t${index}`] = pictureOf(medium.thumbnail);
  }
  const texts = {
    chat_id: request.chat,
    disable_notification: true,
    rich_message: JSON.stringify({ blocks, skip_entity_detection: true }),
  };
  const uploadBytes = request.media.reduce((sum, { media }) => sum + sizeOf(media), 0);
  const inMemory = Object.values(parts).every(({ data }) => data instanceof Uint8Array);
  const isWhole = inMemory && uploadBytes <= BUFFERED_BYTES;
  const fields = { ...texts, ...parts };
  return ok({ fields, uploadBytes, bodyBytes: isWhole ? null : await lengthOf(fields, request) });
}

function sizeOf(media: string | UploadSource): number {
  return typeof media === "string" ? 0 : media.bytes;
}

async function fileOf(source: UploadSource, broke: () => void): Promise<Result<InputFile>> {
  return source.bytes <= BUFFERED_BYTES ? wholeFile(source) : ok(streamedFile(source, broke));
}

function pictureOf(thumbnail: Uint8Array): InputFile {
  return new InputFile(thumbnail, { filename: "thumbnail.jpg", contentType: "image/jpeg" });
}

function blockOf(medium: PackMedium, media: string, thumbnail: string) {
  const { kind, tag } = medium;
  const type = TYPES[kind];
  const extras = extrasOf(medium, kind);
  if ("thumbnail" in extras) extras.thumbnail = `attach://${thumbnail}`;
  if (typeof medium.media === "string") delete extras.thumbnail;
  return { type, [type]: { type, ...extras, media }, ...(tag === null ? {} : { caption: { text: tag } }) };
}

/** The length of the multipart body: all but the streamed files, measured, plus their sizes. */
async function lengthOf(fields: SendFields, { media }: PackRequest): Promise<number> {
  let streamed = 0;
  const without = Object.entries(fields).map(([name, value]): [string, SendFields[string]] => {
    if (!(value instanceof InputFile)) return [name, value];
    const { data, meta } = value;
    if (name.startsWith("m")) streamed += sizeOf(media[Number(name.slice(1))]?.media ?? "");
    else if (data instanceof Uint8Array) streamed += data.byteLength;
    return [name, new InputFile(new Uint8Array(0), meta)];
  });
  const { body } = await encodeForm(Object.fromEntries(without));
  let around = 0;
  for await (const chunk of body() as ReadableStream<Uint8Array>) around += chunk.byteLength;
  return around + streamed;
}
