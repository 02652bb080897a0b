import { extensionOf, type MediaKind } from "../../domain/media.ts";
import { telegramType } from "../../domain/telegram-types.ts";
import { type Answered, answered, refused } from "./api-error.ts";
import type { UploadedFile } from "./fields.ts";
import { fileOf, type Hints, NO_HINTS, type StoredFile } from "./stored-file.ts";
import { kindOfUpload, kindOfUrl } from "./stored-kind.ts";
import { uploadedThumbnail } from "./thumbnail.ts";
import type { BotApiWorld, MethodCall, UrlOutcome } from "./world.ts";

/** A file that was taken in, and how many bytes came for it. */
export interface TakenMedia {
  readonly file: StoredFile;
  readonly moved: number;
}

/** How a file is taken in. */
export interface TakingIn {
  /** Its ids are good for rich messages alone; false by default. */
  readonly richOnly?: boolean;
}

/** Stores an uploaded file as the kind that it becomes; its type follows from the extension of its name alone. */
export async function takeUpload(
  { name, blob }: UploadedFile,
  kind: MediaKind,
  { bot, fields }: MethodCall,
  world: BotApiWorld,
  { richOnly }: TakingIn = {},
): Promise<Answered<TakenMedia>> {
  const thumbnail = uploadedThumbnail(fields);
  if (!thumbnail.ok) return thumbnail;
  const mime = telegramType(extensionOf(name)) ?? "application/octet-stream";
  const facts = await world.media.read(blob, mime);
  const plain = fields.flag("disable_content_type_detection");
  const stored = kindOfUpload({ asked: kind, mime, bytes: blob.bytes, facts, plain });
  if (!stored.ok) return stored;
  const hints: Hints = {
    width: fields.number("width"),
    height: fields.number("height"),
    duration: fields.number("duration"),
    title: fields.get("title"),
    performer: fields.get("performer"),
    thumbnail: thumbnail.value,
  };
  await world.contents.keep(blob);
  const made = { kind: stored.value, blob, mime: facts.opus ? "audio/ogg" : mime, name, facts, hints };
  return answered({ file: world.files.add(fileOf(made), bot, richOnly), moved: blob.bytes });
}

/**
 * Returns what a URL leads to, fetched now or remembered, failures included. Of the parameters of the call only the kind
 * counts: TD passes on nothing but the URL.
 */
export async function takeUrl(
  url: URL,
  kind: MediaKind,
  world: BotApiWorld,
  { richOnly = false }: TakingIn = {},
): Promise<Answered<TakenMedia>> {
  const photo = kind === "photo";
  let fetched = false;
  const outcome = await world.urls.get(`${richOnly ? "rich " : ""}${photo} ${url}`, () => {
    fetched = true;
    return fetchFile(url, kind, richOnly, world);
  });
  if (!outcome.ok) return outcome;
  const { file, mime } = outcome.value;
  const taken = answered({ file, moved: fetched ? file.bytes : 0 });
  if (kind !== "document" || file.kind === "document") return taken;
  const { bytes } = file;
  const again = kindOfUrl({ asked: kind, mime, bytes, facts: NO_FACTS, plain: false });
  return again.ok ? taken : again;
}

const NO_FACTS = { image: null, opus: false, tracks: null };

async function fetchFile(
  url: URL,
  kind: MediaKind,
  richOnly: boolean,
  world: BotApiWorld,
): Promise<Answered<UrlOutcome>> {
  const fetched = await world.fetcher.fetch(url, kind === "photo");
  if (!fetched.ok) return fetched;
  const { blob, mime, name } = fetched.value;
  const facts = await world.media.read(blob, mime);
  const stored = kindOfUrl({ asked: kind, mime, bytes: blob.bytes, facts, plain: false });
  if (!stored.ok) {
    await world.contents.drop(blob);
    return refused(stored.error);
  }
  await world.contents.keep(blob);
  const origin = { kind: stored.value, blob, mime, name, facts, hints: NO_HINTS };
  return answered({ file: world.files.add(fileOf(origin), null, richOnly), mime });
}
