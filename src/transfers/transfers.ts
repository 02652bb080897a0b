import type { TransferMode } from "../domain/choices.ts";
import { bareEtag, type ContentId, namesContent } from "../domain/content.ts";
import { definedOnly } from "../domain/defined-only.ts";
import { carriedFailure, type Failure, failure } from "../domain/failure.ts";
import { LIMITS } from "../domain/limits.ts";
import type { MediaKind } from "../domain/media.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { type Shown, shownOf } from "../domain/shown.ts";
import { disagreement, isStated } from "../domain/stated.ts";
import type { KnownEntry, Task, TransferName } from "../domain/task.ts";
import type { ObjectInfo, Storage } from "../storage/port.ts";
import type { SendRequest } from "../telegram/port.ts";
import { choose } from "./choose.ts";
import { cleanName } from "./clean-name.ts";
import { givenName } from "./filename.ts";
import type { Prepared, Transfers } from "./port.ts";
import { whyOther } from "./replaced.ts";
import { uploadOf } from "./upload.ts";
import { shapeOf, thumbnailOf } from "./video.ts";

/** What transfers read from, and which ways they may take. */
export interface TransferOptions {
  readonly storage: Storage;
  readonly mode: TransferMode;
  readonly local: boolean;
  /** False when Telegram cannot reach the bucket. */
  readonly urlOpen: boolean;
  /** Called once, with a sentence for people, when no more goes by URL. */
  readonly onUrlClosed: (text: string) => void;
}

/** After this many failed calls by URL, and none that worked, Telegram cannot reach the bucket. */
const URL_TRIES = 3;

/** Returns the transfers of one run. */
export function openTransfers(options: TransferOptions): Transfers {
  return new ChosenTransfers(options);
}

class ChosenTransfers implements Transfers {
  readonly #options: TransferOptions;
  #urlFailures = 0;
  #urlWorked = false;
  /** {@link settings} of an entry that says nothing of them. */
  readonly #plainSettings: string;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#plainSettings = this.#settingsOf({});
  }

  get mode(): TransferMode {
    return this.#options.mode;
  }

  guess(task: Task): TransferName {
    const way = this.#choose(task, task.entry.mime);
    return way === "url" || way === "ask" ? "url" : "upload";
  }

  async prepare(task: Task, signal: AbortSignal): Promise<Result<Prepared>> {
    let entry = task.entry;
    // What somebody says of an object is looked at before Telegram is sent to fetch it.
    let way = this.#choose(task, isStated(entry) ? undefined : entry.mime);
    if (way === "ask" || (isStated(entry) && typeof way !== "string" && way.reason === "url_not_allowed")) {
      const info = await this.#options.storage.head(entry.key, signal);
      if (!info.ok) return info;
      const moved = await this.#whatMoved(entry, info.value, signal);
      if (moved !== null && moved !== "unsteady") return failed(moved);
      const { mime, packing = "" } = info.value;
      entry = { ...entry, mime, packing, seen: true };
      if (moved === "unsteady") entry = { ...entry, etag: "" };
      way = this.#choose({ ...task, entry }, mime);
    }
    if (way === "url") return ok(this.#byUrl(entry, task.sendAs ?? task.kind));
    return way === "upload" ? this.#byUpload(task, entry, signal) : failed(way as Failure);
  }

  /** Returns in what an object is not that of its entry, or that its ETag says nothing. */
  async #whatMoved(
    entry: KnownEntry,
    info: ObjectInfo,
    signal: AbortSignal,
  ): Promise<Failure | "unsteady" | null> {
    const { key, etag, bytes } = entry;
    const wrong = disagreement(entry, info);
    if (wrong) return wrong;
    if (etag !== "" && info.etag !== "" && bareEtag(info.etag) !== bareEtag(etag)) {
      const changed = failure("object_changed", `${key} was replaced since it was listed`);
      return whyOther(this.#options.storage, entry, changed, signal);
    }
    return info.bytes === bytes
      ? null
      : failure("object_changed", `${key} has ${info.bytes} bytes now, it had ${bytes} when it was listed`);
  }

  urlResult(cause: Failure | null): void {
    if (cause === null) this.#urlWorked = true;
    if (cause?.reason !== "url_fetch_failed") return;
    this.#urlFailures += 1;
    if (this.#urlFailures === URL_TRIES && !this.#urlWorked && this.#options.mode === "auto")
      this.#options.onUrlClosed(
        "Telegram could not fetch from the bucket three times; the rest of this run is uploaded",
      );
  }

  wanted(entry: KnownEntry, kind: MediaKind, named: boolean): Shown {
    const { filename, title, performer } = entry;
    const name = filename === undefined && !named ? undefined : cleanName(givenName(entry));
    return shownOf(kind, { filename: name, title, performer });
  }

  settings(entry: KnownEntry): string {
    const { filename, thumbnail } = entry;
    // A listing does not have the type of an object: one that was asked for its type is the same entry.
    const mime = entry.seen ? undefined : entry.mime;
    const isPlain = mime === undefined && filename === undefined && thumbnail === undefined;
    return isPlain ? this.#plainSettings : this.#settingsOf({ mime, filename, thumbnail });
  }

  #settingsOf({ mime, filename, thumbnail }: Partial<Pick<KnownEntry, "mime" | "filename" | "thumbnail">>) {
    const { mode, local } = this.#options;
    return JSON.stringify([mode, local, mime, filename, thumbnail]);
  }

  #choose(task: Task, mime: string | undefined) {
    const { mode, local, urlOpen } = this.#options;
    const { key, bytes, etag, packing, sha256, thumbnail, filename, title, performer } = task.entry;
    return choose({
      key,
      bytes,
      mime,
      local,
      kind: task.sendAs ?? task.kind,
      mode: task.transfer ?? mode,
      urlOpen: urlOpen && task.read !== "rather" && (this.#urlWorked || this.#urlFailures < URL_TRIES),
      packing,
      mustBeRead: task.read === "only" || (sha256 === undefined && !namesContent(etag)),
      hasUploadOnlyFields: [thumbnail, filename, title, performer].some((value) => value !== undefined),
    });
  }

  #byUrl(entry: KnownEntry, kind: MediaKind): Prepared {
    return new PreparedUrl(this.#options.storage, entry, kind);
  }

  async #byUpload(task: Task, entry: KnownEntry, signal: AbortSignal): Promise<Result<Prepared>> {
    const { storage } = this.#options;
    const kind = task.sendAs ?? task.kind;
    const upload = await uploadOf({ storage, entry, kind, local: this.#options.local, signal });
    if (!upload.ok) return upload;
    const { source, sha256, mime, drop, forget } = upload.value;
    const { bytes, filename } = source;
    const fields = await this.#uploadFields({ ...entry, bytes }, kind, signal).then(ok, carried);
    if (!fields.ok) {
      drop();
      return fields;
    }
    const request = { media: source, ...fields.value };
    const { title, performer } = entry;
    const shown = shownOf(kind, { filename, title, performer });
    return ok({ transfer: "upload", request, sha256, mime, shown, drop, forget });
  }

  /**
   * Returns thumbnail, size and titles. Telegram adds nothing to a large video for as long as its file_id lives, so
   * they are all sent along.
   */
  async #uploadFields(entry: KnownEntry, kind: string, signal: AbortSignal): Promise<Partial<SendRequest>> {
    const { storage } = this.#options;
    const given = definedOnly({
      width: entry.width,
      height: entry.height,
      duration: entry.duration,
      title: entry.title,
      performer: entry.performer,
    });
    const large = kind === "video" && entry.bytes > LIMITS.videoProbeBytes;
    const pictured = kind !== "photo" && kind !== "voice" && entry.thumbnail !== undefined;
    const thumbnail = large || pictured ? await thumbnailOf(storage, entry, signal) : undefined;
    // Of packed bytes no part can be read by itself.
    const shape = large && !entry.packing ? definedOnly(await shapeOf(storage, entry, signal)) : {};
    return { ...given, ...shape, ...definedOnly({ thumbnail }) };
  }
}

/** An object that Telegram fetches itself. */
class PreparedUrl implements Prepared {
  readonly transfer = "url";
  readonly mime: string | null;
  readonly shown: Shown;
  readonly sha256: () => ContentId | null;
  readonly #storage: Storage;
  readonly #key: string;

  constructor(storage: Storage, { key, mime, sha256 }: KnownEntry, kind: MediaKind) {
    this.#storage = storage;
    this.#key = key;
    this.mime = mime ?? null;
    this.sha256 = () => sha256 ?? null;
    // Telegram takes the last part of the path for a name.
    this.shown = shownOf(kind, { filename: cleanName(key) });
  }

  get request(): { readonly media: string } {
    return { media: this.#storage.presign(this.#key) };
  }

  readonly drop = (): void => {};
}

function carried(error: unknown): Result<never> {
  const cause = carriedFailure(error);
  if (cause === null) throw error;
  return failed(cause);
}
