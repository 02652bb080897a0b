import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { bareEtag, readEtag } from "../domain/content.ts";
import { packingOf } from "../domain/content-encoding.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { failureOfRefusal, isPage, notS3, type RequestTarget, sizeless } from "./errors.ts";
import type { ObjectInfo, OpenOptions } from "./port.ts";

/**
 * Returns what the answer says of the object, or a failure when it is not what was asked for: servers may ignore
 * If-Match and Range.
 */
export function checkAnswer(
  target: RequestTarget,
  answer: Dispatcher.ResponseData,
  asked: OpenOptions,
): Result<ObjectInfo> {
  const { statusCode, headers } = answer;
  const length = contentLength(headers);
  const part = statusCode === 206 ? rangeOf(headers) : undefined;
  const bytes = part?.size ?? length;
  if (length === undefined || bytes === undefined) return failed(sizeless(target, statusCode));
  const info = infoOf(headers, bytes);
  if (asked.etag && info.etag !== "" && bareEtag(info.etag) !== bareEtag(asked.etag)) {
    return failed(failureOfRefusal(target, { status: 412, code: "", message: "" }));
  }
  if (asked.range !== undefined && (part?.from ?? 0) !== asked.range.from) {
    return failed(notS3(target, statusCode, "with another part than the one asked for"));
  }
  if (asked.range !== undefined && length > asked.range.to - asked.range.from + 1) {
    return failed(notS3(target, statusCode, "with more than the part asked for"));
  }
  return ok(info);
}

/** Whether a web page came in place of an object: S3 gives every object an ETag, also one that is a page. */
export function isPageInstead({ statusCode, headers }: Dispatcher.ResponseData): boolean {
  return (
    (statusCode === 200 || statusCode === 206) &&
    !headers.etag &&
    isPage(headers["content-type"] as string | undefined, "")
  );
}

/** Reads ETag and type of an object of `bytes` bytes from the headers. */
export function infoOf(headers: IncomingHttpHeaders, bytes: number): ObjectInfo {
  const type = headers["content-type"] ?? "";
  const packing = packingOf([headers["content-encoding"] ?? []].flat().join(","));
  return {
    ...(packing === "" ? {} : { packing }),
    bytes,
    etag: readEtag(headers.etag ?? ""),
    mime: (type.split(";", 1)[0] ?? "").trim().toLowerCase(),
  };
}

/** Returns the bytes of the body, or `undefined` where the server does not say. */
export function contentLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers["content-length"];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Reads the first byte sent and the size of the whole object from a Content-Range such as `bytes 0-0/1234`. */
export function rangeOf(headers: IncomingHttpHeaders): { from: number; size: number } | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers["content-range"] ?? "");
  return match === null ? undefined : { from: Number(match[1]), size: Number(match[2]) };
}
