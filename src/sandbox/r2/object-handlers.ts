import type { IncomingHttpHeaders } from "node:http";
import { bare, errorAnswer, type R2Answer } from "./answer.ts";
import type { Verified } from "./auth.ts";
import { judgeConditions } from "./conditions.ts";
import type { HeaderLookup } from "./credential.ts";
import { r2Error } from "./errors.ts";
import { parseRange } from "./range.ts";
import type { BucketStore, StoredObject } from "./store.ts";
import { unpackedFor } from "./unpacking.ts";
import { receiveBody } from "./upload.ts";

/** Longest key, in bytes of UTF-8 (developers.cloudflare.com/r2/platform/limits). */
const MAX_KEY_BYTES = 1024;

/** Answers GET and HEAD of an object; the server omits the body for HEAD. */
export function readObject(bucket: BucketStore, key: string, header: HeaderLookup): R2Answer {
  const object = bucket.get(key);
  if (!object) return errorAnswer(r2Error("NoSuchKey"));
  const refused = judgeConditions(object, header, "read");
  if (refused) return errorAnswer({ ...refused, headers: validators(object) });
  const content = unpackedFor(object, header("accept-encoding"));
  if (content) return unpackedAnswer(object, content);
  const range = parseRange(header("range"), object.bytes);
  if (!range.ok) return errorAnswer(range.error);
  const span = range.value ?? { from: 0, length: object.bytes };
  const headers = { ...objectHeaders(object) };
  if (!range.value) return { status: 200, headers, body: object.body, span };
  const last = span.from + span.length - 1;
  headers["content-range"] = `bytes ${span.from}-${last}/${object.bytes}`;
  return { status: 206, headers, body: object.body, span };
}

/** R2 says nothing of the encoding it took off, nor how much comes; its ETag is that of what is stored, and weak. */
function unpackedAnswer(object: StoredObject, content: Uint8Array): R2Answer {
  const { "content-encoding": _, ...headers } = objectHeaders(object);
  const span = { from: 0, length: content.byteLength };
  return {
    status: 200,
    headers: { ...headers, etag: `W/"${object.etag}"` },
    body: content,
    span,
    sizeless: true,
  };
}

/** Answers DELETE of an object, which succeeds whether or not there is one. */
export function deleteObject(bucket: BucketStore, key: string): R2Answer {
  bucket.delete(key);
  return bare(204);
}

/** A PUT whose head has been checked. */
interface PutRequest {
  readonly headers: IncomingHttpHeaders;
  readonly header: HeaderLookup;
  readonly source: AsyncIterable<Uint8Array>;
  readonly verified: Verified;
}

/** Answers PUT of an object: stores it when its whole body has arrived and is what the client declared. */
export async function putObject(
  bucket: BucketStore,
  key: string,
  upload: PutRequest,
  now: () => number,
): Promise<R2Answer> {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return errorAnswer(r2Error("InvalidObjectName"));
  const received = await receiveBody(upload.source, upload.header, upload.verified);
  if (!received.ok) return errorAnswer(received.error);
  const refused = judgeConditions(bucket.get(key), upload.header, "write");
  if (refused) return errorAnswer(refused);
  const object = bucket.put(key, received.value, {
    contentType: upload.header("content-type") || undefined,
    lastModified: now(),
    headers: keptHeaders(upload.headers),
  });
  return bare(200, { etag: `"${object.etag}"` });
}

function objectHeaders(object: StoredObject): Record<string, string> {
  return {
    ...object.headers,
    ...validators(object),
    "content-type": object.contentType,
    "accept-ranges": "bytes",
  };
}

function validators(object: StoredObject): Record<string, string> {
  return { etag: `"${object.etag}"`, "last-modified": new Date(object.lastModified).toUTCString() };
}

/** Returns the headers of a PUT that are stored; `aws-chunked` is a coding of the transfer, not of the object. */
function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string" && KEPT.test(name)) kept[name] = value;
  }
  const encodings = (headers["content-encoding"] ?? "").split(",").map((coding) => coding.trim());
  const encoding = encodings.filter((coding) => coding !== "" && coding !== "aws-chunked").join(",");
  return encoding ? { ...kept, "content-encoding": encoding } : kept;
}

const KEPT = /^(cache-control|content-disposition|content-language|expires|x-amz-meta-.+)$/;
