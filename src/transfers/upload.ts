import { createHash } from "node:crypto";
import { isPackedName } from "../domain/content-encoding.ts";
import { BUFFERED_BYTES } from "../domain/limits.ts";
import { extensionOf, type MediaKind } from "../domain/media.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { OpenObject, Storage } from "../storage/port.ts";
import type { UploadSource } from "../telegram/port.ts";
import { filenameOf, givenName } from "./filename.ts";
import { hashed } from "./hashed.ts";
import { HeldBody, heldBytes } from "./held-body.ts";
import { packedUpload } from "./packed.ts";
import { openWhole, otherContent, readWhole } from "./whole.ts";

/** An upload that is ready for a call; see {@link Prepared} for its fields. */
export interface ReadyUpload {
  readonly source: UploadSource;
  readonly sha256: () => string | null;
  readonly mime: string | null;
  readonly drop: () => void;
  readonly forget?: (() => void) | undefined;
}

/** What an upload reads, and what it may become. */
export interface UploadTask {
  readonly storage: Storage;
  readonly entry: KnownEntry;
  readonly kind: MediaKind;
  /** Of the Bot API server: its own, in local mode. */
  readonly local: boolean;
  readonly signal: AbortSignal;
}

/**
 * Prepares an object for upload: a small one is read whole, a larger one is opened and held back, and opened anew for each
 * further try. What is stored packed is sent unpacked, unless its name says that it is packed.
 */
export async function uploadOf(task: UploadTask): Promise<Result<ReadyUpload>> {
  const { storage, entry, signal } = task;
  if (toUnpack(entry, entry.packing)) return packedUpload(task, entry.packing);
  const opened = await openWhole(storage, entry, signal);
  if (!opened.ok) return opened;
  const { mime, packing } = opened.value;
  if (toUnpack(entry, packing)) {
    discard(opened.value);
    return packedUpload({ ...task, entry: { ...entry, mime, packing } }, packing);
  }
  return entry.bytes <= BUFFERED_BYTES ? buffered(task, opened.value) : ok(streamed(task, opened.value));
}

/** True for bytes that are not what people expect under the name. */
function toUnpack(entry: KnownEntry, packing: string | undefined): packing is string {
  return packing !== undefined && packing !== "" && !isPackedName(extensionOf(givenName(entry)), packing);
}

async function buffered(
  { entry, kind }: UploadTask,
  { body, mime }: OpenObject,
): Promise<Result<ReadyUpload>> {
  const content = await readWhole(entry.key, body);
  if (!content.ok) return content;
  const sha256 = createHash("sha256").update(content.value).digest("hex");
  const wrong = otherContent(entry, sha256);
  if (wrong) return failed(wrong);
  const { open, forget } = heldBytes(entry.key, content.value);
  const source = { open, bytes: content.value.byteLength, filename: filenameOf(entry, kind, mime) };
  return ok({ source, sha256: () => sha256, mime, drop: () => {}, forget });
}

function discard({ body }: OpenObject): void {
  body.on("error", () => {}).destroy();
}

function streamed({ storage, entry, kind, signal }: UploadTask, { body, mime }: OpenObject): ReadyUpload {
  let sha256: string | null = null;
  const held = new HeldBody(body);
  const open: UploadSource["open"] = async () => {
    const first = held.take();
    const opened = first ? ok({ body: first }) : await openWhole(storage, entry, signal);
    if (!opened.ok) return opened;
    return ok(
      hashed(opened.value.body, (found) => {
        const wrong = otherContent(entry, found);
        if (!wrong) sha256 = found;
        return wrong;
      }),
    );
  };
  const source = { open, bytes: entry.bytes, filename: filenameOf(entry, kind, mime) };
  return { source, sha256: () => sha256, mime, drop: () => held.take()?.destroy() };
}
