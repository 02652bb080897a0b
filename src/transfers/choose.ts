import type { TransferMode } from "../domain/choices.ts";
import { type Failure, failure } from "../domain/failure.ts";
import { LIMITS } from "../domain/limits.ts";
import { extensionOf, type MediaKind } from "../domain/media.ts";
import type { TransferName } from "../domain/task.ts";

/** What decides whether a file can be uploaded. Sizes in bytes. */
export interface UploadFacts {
  readonly key: string;
  readonly kind: MediaKind;
  readonly bytes: number;
  /** The Bot API server is the user's own, in local mode. */
  readonly local: boolean;
}

/** What decides between URL and upload. */
export interface TransferFacts extends UploadFacts {
  /** Stored Content-Type; undefined while it is not known. */
  readonly mime: string | undefined;
  readonly mode: TransferMode;
  /** Telegram can reach the bucket, as far as is known. */
  readonly urlOpen: boolean;
  /** How the stored bytes are packed; `""` for not at all, undefined while it is not known. */
  readonly packing: string | undefined;
  /** Nothing but a read tells what its content is: its ETag does not name it and nobody gave its SHA-256, or what was given is not what was read. */
  readonly mustBeRead: boolean;
  /** The entry has metadata that only an upload can carry: thumbnail, filename, title, performer. */
  readonly hasUploadOnlyFields: boolean;
}

/**
 * Decides how an object is sent: by URL, by upload, not before the stored Content-Type is known (`ask`), or not at all
 * (a failure).
 */
export function choose(choice: TransferFacts): TransferName | "ask" | Failure {
  const obstacle = urlObstacle(choice);
  if (choice.mode === "url") return obstacle === null ? urlByMime(choice) : refuseUrl(choice, obstacle);
  if (choice.mode === "auto" && obstacle === null && choice.urlOpen && !choice.hasUploadOnlyFields) {
    const way = urlByMime(choice);
    if (way === "url" || way === "ask") return way;
  }
  return tooBig(choice) ?? "upload";
}

/** The most bytes that a file may have to be uploaded. */
export function mostBytes(local: boolean): number {
  return local ? LIMITS.upload.localBytes : LIMITS.upload.cloudBytes - LIMITS.upload.overheadBytes;
}

/** Returns why a file of this size cannot be uploaded as this kind, or null when it can. */
export function tooBig({ key, kind, bytes, local }: UploadFacts): Failure | null {
  const most = mostBytes(local);
  if (bytes > most && local)
    return failure("file_over_local_limit", `${key} has ${mb(bytes)}; a local-mode server takes 2000 MB`);
  if (bytes > most)
    return failure(
      "file_too_big",
      `${key} has ${mb(bytes)}; the Bot API takes uploads of 50 MB, a local-mode server of your own 2000 MB`,
    );
  if (kind === "photo" && bytes > LIMITS.upload.photoBytes)
    return failure("photo_too_big", `${key} has ${mb(bytes)}; Telegram takes photos of 10 MB`);
  return null;
}

/** Returns why this object cannot go by URL, whatever its Content-Type, or null when it may. */
function urlObstacle({ key, kind, bytes, mustBeRead, packing }: TransferFacts): string | null {
  if (packing) return `it is stored with Content-Encoding ${packing}, and Telegram may not unpack it`;
  if (mustBeRead) return "its content has to be read to be known";
  const most =
    kind === "photo"
      ? LIMITS.url.photoBytes
      : kind === "voice"
        ? LIMITS.url.voiceBytes
        : LIMITS.url.otherBytes;
  if (bytes > most) return `a ${kind} by URL may have ${mb(most)}, this one has ${mb(bytes)}`;
  if (kind === "video" && bytes > LIMITS.videoProbeBytes)
    return `a video over ${mb(LIMITS.videoProbeBytes)} would get no picture, size or duration by URL`;
  // python-telegram-bot#2300: sendVideo by a URL without an extension failed.
  return extensionOf(key) === "" ? "its key has no extension" : null;
}

function urlByMime(choice: TransferFacts): "url" | "ask" | Failure {
  if (choice.mime === undefined) return "ask";
  if (LIMITS.url.mimes[choice.kind].includes(choice.mime)) return "url";
  return refuseUrl(
    choice,
    `it is stored as ${choice.mime || "no type"}, which Telegram does not take by URL as ${choice.kind}`,
  );
}

function refuseUrl(choice: TransferFacts, why: string): Failure {
  return failure("url_not_allowed", `${choice.key} cannot go by URL: ${why}`);
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
