import type { Readable } from "node:stream";
import { type Failure, failure } from "../domain/failure.ts";
import { BUFFERED_BYTES } from "../domain/limits.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { mostBytes, tooBig } from "./choose.ts";
import { filenameOf } from "./filename.ts";
import { hashed } from "./hashed.ts";
import { cannotUnpack, measure, unpacked } from "./unpack.ts";
import type { ReadyUpload, UploadTask } from "./upload.ts";
import { openWhole, otherContent } from "./whole.ts";

/**
 * Prepares an object that is stored packed (`packing`), to be sent unpacked. It is read through once for its size and hash,
 * since both have to be known before the first byte is sent, and again for each try where it is too large to be kept.
 */
export async function packedUpload(task: UploadTask, packing: string): Promise<Result<ReadyUpload>> {
  const { entry, kind, local } = task;
  const cannot = cannotUnpack(entry.key, packing);
  if (cannot) return failed(cannot);
  const opened = await openUnpacked(task, packing);
  if (!opened.ok) return opened;
  const read = await measure(opened.value, { keep: BUFFERED_BYTES, most: mostBytes(local) });
  if (!read.ok) return read;
  const { bytes, sha256, content } = read.value;
  const refused = refusal(task, packing, bytes) ?? otherContent(entry, sha256);
  if (refused) return failed(refused);
  const same = (found: string) =>
    found === sha256 ? null : failure("object_changed", `${entry.key} was replaced while it was read`);
  const open = async () => {
    if (content) return ok(content);
    const again = await openUnpacked(task, packing);
    return again.ok ? ok(hashed(again.value, same)) : again;
  };
  const mime = entry.mime ?? null;
  return ok({
    source: { open, bytes, filename: filenameOf(entry, kind, mime ?? "") },
    sha256: () => sha256,
    mime,
    drop: () => {},
  });
}

async function openUnpacked(
  { storage, entry, signal }: UploadTask,
  packing: string,
): Promise<Result<Readable>> {
  const opened = await openWhole(storage, entry, signal);
  return opened.ok ? ok(unpacked(entry.key, packing, opened.value.body)) : opened;
}

/** Limits are those of the content, which is larger than what is stored. */
function refusal({ entry, kind, local }: UploadTask, packing: string, bytes: number): Failure | null {
  if (bytes === 0)
    return failure("file_empty", `${entry.key} has no content once it is unpacked (${packing})`);
  const refused = tooBig({ key: entry.key, kind, bytes, local });
  return (
    refused && { ...refused, message: `${refused.message}; ${packing} packs it to ${entry.bytes} bytes` }
  );
}
