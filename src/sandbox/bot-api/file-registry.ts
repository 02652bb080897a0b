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
  /** Numbers of files whose ids are good for rich messages alone. */
  readonly #richOnly = new Set<number>();

  constructor(seed: number) {
    this.ids = new FileIds(seed);
  }

  /**
   * Stores a file under a new number. A photo that this bot has uploaded before is the same file (BAS:
   * reuse_uploaded_photos_by_hash).
   */
  add(file: Omit<StoredFile, "number">, uploader: BotIdentity | null, richOnly = false): StoredFile {
    const hash =
      uploader !== null && file.kind === "photo" ? `${uploader.id} ${richOnly} ${file.sha256}` : null;
    const known = hash === null ? undefined : this.#photosByHash.get(hash);
    if (known) return known;
    const stored = { number: this.#files.length + 1, ...file };
    this.#files.push(stored);
    if (richOnly) this.#richOnly.add(stored.number);
    if (hash !== null) this.#photosByHash.set(hash, stored);
    return stored;
  }

  /**
   * Returns the file that a bot's file_id names, for sending as `asked`. Every method of the document family accepts every id
   * of that family, and the file keeps its own kind; ids of thumbnails, of other bots and of other servers are refused.
   */
  toSend(text: string, bot: BotIdentity, asked: MediaKind, isRich = false): Answered<StoredFile> {
    const read = this.ids.read(text);
    if (!read.ok) return read;
    const { type } = read.value;
    const family = type === "photo" ? "photo" : "document";
    if (type === "thumbnail" || family !== familyOf(asked)) {
      return refused(badRequest(`can't use file of type ${typeWord(type)} as ${typeWord(asked)}`));
    }
    const file = this.#genuine(text, read.value, bot);
    const fits = file !== undefined && (isRich || !this.#richOnly.has(file.number));
    return fits ? answered(file) : refused(badRequest("wrong file identifier/HTTP URL specified"));
  }

  /** Returns the file that a bot's file_id names, for getFile; also for thumbnails. */
  toGet(text: string, bot: BotIdentity): Answered<{ file: StoredFile; read: ReadId }> {
    const read = this.ids.read(text);
    if (!read.ok) return refused(badRequest("invalid file_id"));
    const file = this.#genuine(text, read.value, bot);
    if (file) return answered({ file, read: read.value });
    return refused(badRequest("wrong file_id or the file is temporarily unavailable"));
  }

  /** Every file, in the order of their numbers. */
  list(): readonly StoredFile[] {
    return this.#files;
  }

  /** Returns the `file_path` of getFile. */
  pathOf(file: StoredFile): string {
    const fromName = /\.[^.]+$/.exec(file.name ?? "")?.[0] ?? "";
    const extension = file.kind === "photo" ? ".jpg" : fromName;
    return `${FOLDERS[file.kind]}/file_${file.number}${extension}`;
  }

  /** Returns the file at such a path. */
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
