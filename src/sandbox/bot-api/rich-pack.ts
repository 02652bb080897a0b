import type { BotIdentity } from "./bots.ts";
import type { FileIds } from "./file-ids.ts";
import { mediaMembers } from "./media-member.ts";
import { isJson, mediaBlocksOf, mediaTypeOf, type RichJson, withMedia } from "./rich-blocks.ts";
import type { StoredFile } from "./stored-file.ts";

/** A medium of a rich message. */
export interface TakenRich {
  readonly file: StoredFile;
  readonly way: "upload" | "url" | "file_id";
  /** Bytes that came to the server for it. */
  readonly moved: number;
  /** Empty without one. */
  readonly caption: string;
}

/** What a rich message shows: its blocks as they were given, and what their media became. */
export interface Pack {
  readonly blocks: readonly RichJson[];
  /** By the block that holds it. */
  readonly media: ReadonlyMap<RichJson, TakenRich>;
}

/** Returns what is left of it when more than so many media are too many: the block with the first one too many is gone, and all after it. */
export function keptOf({ blocks, media }: Pack, most: number): Pack {
  let count = 0;
  const cut = blocks.findIndex((block) => {
    count += mediaBlocksOf([block]).length;
    return count > most;
  });
  return { blocks: cut === -1 ? blocks : blocks.slice(0, cut), media };
}

/** Returns its media in the order of the message. */
export function mediaOf({ blocks, media }: Pack): TakenRich[] {
  return mediaBlocksOf(blocks).flatMap((block) => media.get(block) ?? []);
}

/** Returns it as the API's `RichMessage`, with ids for `bot`. */
export function richMessage({ blocks, media }: Pack, bot: BotIdentity, ids: FileIds): RichJson {
  return {
    blocks: withMedia(blocks, (block) => {
      const medium = media.get(block);
      return medium === undefined ? null : mediaBlock(block, medium.file, bot, ids);
    }),
  };
}

function mediaBlock(block: RichJson, file: StoredFile, bot: BotIdentity, ids: FileIds): RichJson {
  const members = mediaMembers(file, bot, ids);
  const given = block[mediaTypeOf(block) ?? ""];
  const spoiler = isJson(given) && given.has_spoiler === true ? { has_spoiler: true } : {};
  const caption = block.caption === undefined ? {} : { caption: block.caption };
  const more = { ...spoiler, ...caption };
  if (file.kind === "voice") return { type: "voice_note", voice_note: members.voice, ...more };
  if (file.kind === "sticker") return { type: "document", document: members.sticker, ...more };
  return { type: file.kind, [file.kind]: members[file.kind], ...more };
}
