import { createHmac } from "node:crypto";
import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import type { BotIdentity } from "./bots.ts";
import type { StoredFile } from "./stored-file.ts";
import type { StoredKind } from "./stored-kind.ts";

/** The file types of TD (FileType.h) in the first byte of a file_id, and their names in its errors. */
const TYPES = [
  { type: "thumbnail", code: 0, word: "Thumbnail" },
  { type: "photo", code: 2, word: "Photo" },
  { type: "voice", code: 3, word: "VoiceNote" },
  { type: "video", code: 4, word: "Video" },
  { type: "document", code: 5, word: "Document" },
  { type: "sticker", code: 8, word: "Sticker" },
  { type: "audio", code: 9, word: "Audio" },
  { type: "animation", code: 10, word: "Animation" },
] as const;

/** The type of file that an id is for. */
export type IdType = StoredKind | "thumbnail";

/** The parts of a file_id. */
export interface ReadId {
  readonly type: IdType;
  readonly botId: number;
  readonly fileNumber: number;
  /** Which of a photo's sizes. */
  readonly size: number;
}

const TAG_BYTES = 32;
const BYTES = 50;
/** TD's PERSISTENT_ID_VERSION and the byte before it. */
const TAIL = Buffer.from([0x36, 0x04]);

/**
 * Makes and reads file_ids: type, bot, file and size in the clear, with a keyed hash over them and the content, so that an id
 * of another sandbox, or a changed one, is not valid. The same seed and the same calls give the same ids.
 */
export class FileIds {
  readonly #key: string;
  readonly #generations = new Map<string, number>();

  constructor(seed: number) {
    this.#key = `sandbox-${seed}`;
  }

  /** Returns the id by which `bot` can send the file; one of type `thumbnail` cannot be sent. */
  fileId(bot: BotIdentity, file: StoredFile, size = 0, type: IdType = file.kind): string {
    const head = Buffer.alloc(17);
    head.set([codeOf(type), 0, 2, 2, 2, this.#generationOf(bot, file)]);
    head.writeUIntBE(bot.id % 2 ** 48, 6, 6);
    head.writeUInt32BE(file.number, 12);
    head.writeUInt8(size, 16);
    const tag = this.#tag(head.toString("latin1"), file);
    return Buffer.concat([
      head.subarray(0, 16),
      Buffer.from([size]),
      tag.subarray(0, TAG_BYTES - 1),
      TAIL,
    ]).toString("base64url");
  }

  /** Returns the file_unique_id: the same for every bot and every message of a file, and not for sending. */
  uniqueId(file: StoredFile, size = 0, type: IdType = file.kind): string {
    const head = Buffer.from(type === "photo" || type === "thumbnail" ? [1, 0, 3] : [2, 0, 3]);
    const tag = this.#tag(`unique ${size} ${type === "thumbnail"}`, file);
    return Buffer.concat([head, tag.subarray(0, 8)]).toString("base64url");
  }

  /**
   * Has all ids die that the bot was given of this file so far, as when a file reference expires; those given out from now on are
   * others, with the same file_unique_id. (The same ones again after 256 deaths of one file.)
   */
  kill(bot: BotIdentity, file: StoredFile): void {
    this.#generations.set(`${bot.id} ${file.number}`, this.#generationOf(bot, file) + 1);
  }

  /** Parses an id, or returns what is wrong with its form in TD's words. {@link genuine} checks whether it is valid. */
  read(text: string): Answered<ReadId> {
    if (text === "") return refused(badRequest("remote file identifier must be non-empty"));
    if (!/^[\w-]+$/.test(text)) return refused(wrongId("Wrong character in the string"));
    if (text.length % 4 === 1) return refused(wrongId("Wrong string length"));
    const bytes = Buffer.from(text, "base64url");
    if (bytes.at(-1) !== TAIL.at(-1)) return refused(wrongId("can't unserialize it. Wrong last symbol"));
    const type = TYPES.find(({ code }) => code === bytes[0])?.type;
    if (bytes.length !== BYTES || type === undefined) return refused(wrongId("can't unserialize it"));
    const [botId, fileNumber, size] = [bytes.readUIntBE(6, 6), bytes.readUInt32BE(12), bytes.readUInt8(16)];
    return answered({ type, botId, fileNumber, size });
  }

  /** True when this text is the id that `bot` has of the file now. */
  genuine(text: string, { type, size }: ReadId, bot: BotIdentity, file: StoredFile): boolean {
    return this.fileId(bot, file, size, type) === text;
  }

  #generationOf(bot: BotIdentity, file: StoredFile): number {
    if (this.#generations.size === 0) return 0;
    return (this.#generations.get(`${bot.id} ${file.number}`) ?? 0) & 0xff;
  }

  #tag(purpose: string, { number, sha256 }: StoredFile): Buffer {
    return createHmac("sha256", this.#key).update(`${purpose} ${number} ${sha256}`).digest();
  }
}

/** Returns the name of a type of file in TD's errors. */
export function typeWord(type: IdType): string {
  return TYPES.find((it) => it.type === type)?.word ?? "None";
}

function codeOf(type: IdType): number {
  return TYPES.find((it) => it.type === type)?.code ?? 5;
}

function wrongId(why: string) {
  return badRequest(`wrong remote file identifier specified: ${why}`);
}
