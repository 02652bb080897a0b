import { LIMITS } from "../domain/limits.ts";
import type { Reason } from "../domain/reasons.ts";

/** What a call posts. */
export interface PostedMedia {
  readonly by: "url" | "upload" | "file_id";
  /** Size of the file; null where the call does not carry it. */
  readonly bytes: number | null;
}

/** Of a medium that lies elsewhere: not true of an upload, and of a file_id one thing, that it is dead. */
const OF_REMOTE_FILE: ReadonlySet<Reason> = new Set([
  "url_fetch_failed",
  "url_wrong_type",
  "url_invalid",
  "url_not_allowed",
  "file_id_dead",
]);

/** Not true of a URL, which is no file_id, and is made only of an object with content and within the limits. */
const OF_OTHER_FILE: ReadonlySet<Reason> = new Set(["file_id_dead", "file_too_big", "file_empty"]);

/**
 * Returns what a text means for what was posted: `reason`, its usual meaning, unless that cannot be true. Each size is held
 * against the limits before the call, so that a complaint about one that every server takes comes from something in between.
 */
export function fitting(reason: Reason, { by, bytes }: PostedMedia): Reason {
  if (by === "file_id") return OF_REMOTE_FILE.has(reason) ? "file_id_dead" : reason;
  const isUnfit = by === "url" ? OF_OTHER_FILE : OF_REMOTE_FILE;
  if (isUnfit.has(reason)) return "refused_unclear";
  if (bytes === null || bytes === 0) return reason;
  if (reason === "file_empty") return "upload_incomplete";
  const { cloudBytes, overheadBytes, photoBytes } = LIMITS.upload;
  if (reason === "file_too_big" && bytes <= cloudBytes - overheadBytes) return "body_refused";
  return reason === "photo_too_big" && bytes <= photoBytes ? "refused_unclear" : reason;
}
