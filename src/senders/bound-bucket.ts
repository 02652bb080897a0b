import { packingOf } from "../domain/content-encoding.ts";
import { type Failure, failure } from "../domain/failure.ts";
import { LIMITS } from "../domain/limits.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { Task } from "../domain/task.ts";
import type { ObjectInfo } from "../storage/port.ts";
import { tooBig } from "../transfers/choose.ts";
import { filenameOf } from "../transfers/filename.ts";
import type { Prepared } from "../transfers/port.ts";
import type { ObjectSource } from "./object-source.ts";
import type { BoundBucket, BoundObject } from "./port.ts";

/** Objects of a bound bucket, each read into memory (at most 50 MB) and uploaded: it can sign no URLs. */
export function boundSource(bucket: BoundBucket): ObjectSource {
  return {
    mode: "upload",
    find: (key) => find(bucket, key),
    prepare: (task) => prepare(bucket, task),
    urlResult: () => {},
    keeps: ({ kind, entry }) => kind !== "video" || entry.bytes <= LIMITS.videoProbeBytes,
    close: async () => {},
  };
}

async function find(bucket: BoundBucket, key: string): Promise<Result<ObjectInfo>> {
  const object = await answerOf(key, () => bucket.head(key));
  return object.ok ? ok(infoOf(object.value)) : object;
}

async function prepare(bucket: BoundBucket, { entry, kind, sendAs = kind }: Task): Promise<Result<Prepared>> {
  const { key, bytes, packing, mime = "" } = entry;
  if (packing) return failed(packed(key, packing));
  const refused = tooBig({ key, kind: sendAs, bytes, local: false });
  if (refused) return failed(refused);
  const content = await answerOf(key, async () => {
    const object = await bucket.get(key);
    return object && new Uint8Array(await object.arrayBuffer());
  });
  if (!content.ok) return content;
  if (content.value.byteLength !== bytes)
    return failed(failure("object_changed", `${key} was replaced while it was read`));
  const media = { open: async () => content, bytes, filename: filenameOf(entry, sendAs, mime) };
  return ok({ transfer: "upload", request: { media }, sha256: () => null, mime, shown: {}, drop: () => {} });
}

/** Null is an object that is not there; what is thrown is trouble of the bucket. */
async function answerOf<T>(key: string, ask: () => Promise<T | null>): Promise<Result<T>> {
  try {
    const answer = await ask();
    return answer === null
      ? failed(failure("object_missing", `the bucket has no object ${key}`))
      : ok(answer);
  } catch (error) {
    return failed(failure("r2_unavailable", `the bucket does not give ${key}: ${String(error)}`));
  }
}

function infoOf({ size, etag, httpMetadata }: BoundObject): ObjectInfo {
  const mime = (httpMetadata?.contentType?.split(";", 1)[0] ?? "").trim().toLowerCase();
  const packing = packingOf(httpMetadata?.contentEncoding ?? "");
  return { bytes: size, etag, mime, ...(packing === "" ? {} : { packing }) };
}

function packed(key: string, packing: string): Failure {
  return failure(
    "content_encoding",
    `${key} is stored with Content-Encoding ${packing}, which is not unpacked here`,
  );
}
