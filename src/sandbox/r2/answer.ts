import { lengthOf, type ObjectBody } from "./body.ts";
import type { R2Error } from "./errors.ts";
import type { ByteRange } from "./range.ts";
import { errorDocument } from "./xml.ts";

/** An answer that has not been sent yet. */
export interface R2Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: no body, and no Content-Length. */
  readonly body: ObjectBody | null;
  /** The part of `body` that is sent. */
  readonly span: ByteRange;
  /** Sent without a Content-Length. */
  readonly sizeless?: true;
}

const NOTHING: ByteRange = { from: 0, length: 0 };

/** Returns an answer without a body. */
export function bare(status: number, headers: Readonly<Record<string, string>> = {}): R2Answer {
  return { status, headers, body: null, span: NOTHING };
}

/** Returns an answer with all of a body. */
export function whole(status: number, contentType: string, body: ObjectBody): R2Answer {
  const span = { from: 0, length: lengthOf(body) };
  return { status, headers: { "content-type": contentType }, body, span };
}

/** Returns an error as XML; a 304 has no body. */
export function errorAnswer(error: R2Error): R2Answer {
  if (error.status === 304) return bare(304, error.headers);
  const answer = whole(error.status, "application/xml", errorDocument(error.code, error.message));
  return { ...answer, headers: { ...answer.headers, ...error.headers } };
}
