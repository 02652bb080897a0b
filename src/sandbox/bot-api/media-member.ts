import type { BotIdentity } from "./bots.ts";
import type { FileIds } from "./file-ids.ts";
import type { Size, StoredFile } from "./stored-file.ts";

type Json = Record<string, unknown>;

/**
 * Returns the members of a `Message` that carry its media, with ids for `bot`; `animation` comes with an equal
 * `document`.
 */
export function mediaMembers(file: StoredFile, bot: BotIdentity, ids: FileIds): Json {
  if (file.kind === "photo") return { photo: photoSizes(file, bot, ids) };
  const common = {
    file_id: ids.fileId(bot, file),
    file_unique_id: ids.uniqueId(file),
    file_size: file.bytes,
    ...present({ file_name: file.name, mime_type: file.mime }),
    ...thumbnail(file, bot, ids),
  };
  const { width, height, duration } = file;
  switch (file.kind) {
    case "animation":
      return { animation: { ...common, width, height, duration }, document: common };
    case "video":
      return { video: { ...common, width, height, duration } };
    case "audio":
      return { audio: { ...common, duration, ...present({ title: file.title, performer: file.performer }) } };
    case "voice":
      return { voice: { ...common, file_name: undefined, duration } };
    case "sticker":
      return { sticker: sticker(file, common) };
    case "document":
      return { document: common };
  }
}

/** Returns the id by which a message's media can be sent again. */
export function mainId(file: StoredFile, bot: BotIdentity, ids: FileIds) {
  const size = Math.max(0, file.sizes.length - 1);
  return { fileId: ids.fileId(bot, file, size), fileUniqueId: ids.uniqueId(file, size) };
}

function photoSizes(file: StoredFile, bot: BotIdentity, ids: FileIds): Json[] {
  return file.sizes.map((size, index) => ({
    file_id: ids.fileId(bot, file, index),
    file_unique_id: ids.uniqueId(file, index),
    ...sized(size),
  }));
}

function thumbnail(file: StoredFile, bot: BotIdentity, ids: FileIds): Json {
  if (file.thumbnail === null) return {};
  const picture = {
    file_id: ids.fileId(bot, file, 0, "thumbnail"),
    file_unique_id: ids.uniqueId(file, 0, "thumbnail"),
    ...sized(file.thumbnail),
  };
  return { thumbnail: picture, thumb: picture };
}

function sticker({ width, height }: StoredFile, common: Json): Json {
  const { file_name: _, mime_type: __, ...rest } = common;
  return { ...rest, width, height, type: "regular", is_animated: false, is_video: false };
}

function sized({ width, height, bytes }: Size): Json {
  return { file_size: bytes, width, height };
}

function present(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}
