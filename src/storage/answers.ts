import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import { bareEtag, readEtag } from "../domain/content.ts";
import { packingOf } from "../domain/content-encoding.ts";
import type { Failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { failureOfRefusal, partial, type RequestTarget, sizeless } from "./errors.ts";
import type { AnswerHead } from "./head-call.ts";
import type { ObjectInfo, OpenOptions } from "./port.ts";
import { isPage } from "./said.ts";

/** An answer that is what was asked for. */
interface AskedAnswer {
  readonly info: ObjectInfo;
  /** Bytes that have to come as its body, where the server does not announce them. */
  readonly toCount: number | undefined;
}

/**
 * Returns what the answer says of the object, or a failure when it is not what was asked for: servers may ignore
 * If-Match and Range, and send a part where the whole was asked for.
 */
export function checkAnswer(
  target: RequestTarget,
  answer: Dispatcher.ResponseData,
  asked: OpenOptions,
): Result<AskedAnswer> {
  const { statusCode, headers } = answer;
  const announced = contentLength(headers);
  const part = statusCode === 206 ? rangeOf(headers) : undefined;
  if (statusCode === 206 && part === undefined) return failed(otherPart(target, headers, asked));
  const bytes = part?.size ?? announced ?? asked.bytes;
  if (bytes === undefined) return failed(sizeless(target, statusCode));
  const info = infoOf(headers, bytes);
  if (asked.etag && info.etag !== "" && bareEtag(info.etag) !== bareEtag(asked.etag)) {
    return failed(failureOfRefusal(target, { status: 412, code: "", message: "" }));
  }
  const came = part ?? { from: 0, to: bytes - 1 };
  const from = asked.range?.from ?? 0;
  const to = Math.min(asked.range?.to ?? bytes - 1, bytes - 1);
  const wanted = to - from + 1;
  if (came.from !== from || came.to !== to || (announced ?? wanted) !== wanted)
    return failed(otherPart(target, headers, asked));
  return ok({ info, toCount: announced === undefined ? wanted : undefined });
}

/** Some other part came than the one asked for, which may be the whole: nothing of it may be taken for the object. */
function otherPart(target: RequestTarget, headers: IncomingHttpHeaders, { range }: OpenOptions): Failure {
  const came = `${headers["content-range"] ?? "the whole"}, ${headers["content-length"] ?? "?"} bytes`;
  return partial(target, range ? `bytes ${range.from}-${range.to}` : "all", came);
}

/** Whether a web page came in place of an object: S3 gives every object an ETag, also one that is a page. */
export function isPageInstead({ statusCode, headers }: AnswerHead): boolean {
  return (
    (statusCode === 200 || statusCode === 206) &&
    !headers.etag &&
    isPage(headers["content-type"] as string | undefined, "")
  );
}

/** Reads ETag and type of an object of `bytes` bytes from the headers. */
export function infoOf(headers: IncomingHttpHeaders, bytes: number): ObjectInfo {
  const type = headers["content-type"] ?? "";
  const packing = packingOf(String(headers["content-encoding"] ?? ""));
  const mime = (type.split(";", 1)[0] ?? "").trim().toLowerCase();
  const info = { bytes, etag: readEtag(headers.etag ?? ""), mime };
  return packing === "" ? info : { ...info, packing };
}

/** Returns the bytes of the body, or `undefined` where the server does not say. */
export function contentLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers["content-length"];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Reads first and last byte sent and the size of the whole object from a Content-Range such as `bytes 0-0/1234`. */
export function rangeOf(
  headers: IncomingHttpHeaders,
): { readonly from: number; readonly to: number; readonly size: number } | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(headers["content-range"] ?? "");
  return match === null
    ? undefined
    : { from: Number(match[1]), to: Number(match[2]), size: Number(match[3]) };
}
