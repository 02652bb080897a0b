import type { MediaKind } from "../../domain/media.ts";
import { familyOf } from "../../domain/media.ts";
import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import type { BotIdentity } from "./bots.ts";
import { FileIds, type ReadId, typeWord } from "./file-ids.ts";
import type { StoredFile } from "./stored-file.ts";

const FOLDERS: Readonly<Record<StoredFile["kind"], string>> = {
  photo: "photos",
  video: "videos",
  animation: "animations",
  audio: "music",
  voice: "voice",
  document: "documents",
  sticker: "stickers",
};

/** All files ever stored. */
export class FileRegistry {
  readonly ids: FileIds;
  readonly #files: StoredFile[] = [];
  readonly #photosByHash = new Map<string, StoredFile>();

  constructor(seed: number) {
    this.ids = new FileIds(seed);
  }

  /** Gives a file its number. An uploaded photo whose content this bot uploaded before is the same file (BAS: reuse_uploaded_photos_by_hash). */
  add(file: Omit<StoredFile, "number">, uploader: BotIdentity | null): StoredFile {
    const hash = uploader !== null && file.kind === "photo" ? `${uploader.id} ${file.sha256}` : null;
    const known = hash === null ? undefined : this.#photosByHash.get(hash);
    if (known) return known;
    const stored = { number: this.#files.length + 1, ...file };
    this.#files.push(stored);
    if (hash !== null) this.#photosByHash.set(hash, stored);
    return stored;
  }

  /**
   * The file that a bot's file_id names for sending as `asked`. An id of the document family passes for every method of
   * the family and keeps its own kind; ids of thumbnails, of other bots and of other servers do not pass.
   */
  toSend(text: string, bot: BotIdentity, asked: MediaKind): Answered<StoredFile> {
    const read = this.ids.read(text);
    if (!read.ok) return read;
    const { type } = read.value;
    const family = type === "photo" ? "photo" : "document";
    if (type === "thumbnail" || family !== familyOf(asked)) {
      return refused(badRequest(`can't use file of type ${typeWord(type)} as ${typeWord(asked)}`));
    }
    const file = this.#genuine(text, read.value, bot);
    return file ? answered(file) : refused(badRequest("wrong file identifier/HTTP URL specified"));
  }

  /** The file that a bot's file_id names for getFile, thumbnails too. */
  toGet(text: string, bot: BotIdentity): Answered<{ file: StoredFile; read: ReadId }> {
    const read = this.ids.read(text);
    if (!read.ok) return refused(badRequest("invalid file_id"));
    const file = this.#genuine(text, read.value, bot);
    if (file) return answered({ file, read: read.value });
    return refused(badRequest("wrong file_id or the file is temporarily unavailable"));
  }

  /** Where getFile says that a file lies. */
  pathOf(file: StoredFile): string {
    const fromName = /\.[^.]+$/.exec(file.name ?? "")?.[0] ?? "";
    const extension = file.kind === "photo" ? ".jpg" : fromName;
    return `${FOLDERS[file.kind]}/file_${file.number}${extension}`;
  }

  /** The file at such a path. */
  atPath(path: string): StoredFile | undefined {
    const number = Number(/file_(\d+)(\.[^/]*)?$/.exec(path)?.[1] ?? 0);
    const file = this.#files[number - 1];
    return file && this.pathOf(file) === path ? file : undefined;
  }

  #genuine(text: string, read: ReadId, bot: BotIdentity): StoredFile | undefined {
    const file = this.#files[read.fileNumber - 1];
    const own = file !== undefined && read.botId === bot.id && this.ids.genuine(text, read, bot, file);
    return own ? file : undefined;
  }
}
