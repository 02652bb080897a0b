import { type Body, lengthOf } from "./body.ts";
import type { R2Error } from "./errors.ts";
import type { Span } from "./range.ts";
import { errorDocument } from "./xml.ts";

/** An answer before it goes on the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: no body, and no Content-Length. */
  readonly body: Body | null;
  /** The part of `body` that is sent. */
  readonly span: Span;
}

const NOTHING: Span = { from: 0, length: 0 };

/** An answer without a body. */
export function bare(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: null, span: NOTHING };
}

/** An answer with all of a body. */
export function whole(status: number, contentType: string, body: Body): Answer {
  const span = { from: 0, length: lengthOf(body) };
  return { status, headers: { "content-type": contentType }, body, span };
}

/** An error as XML; a 304 has no body. */
export function errorAnswer(error: R2Error): Answer {
  if (error.status === 304) return bare(304, error.headers);
  const answer = whole(error.status, "application/xml", errorDocument(error.code, error.message));
  return { ...answer, headers: { ...answer.headers, ...error.headers } };
}
