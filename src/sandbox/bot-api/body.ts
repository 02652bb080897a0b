import type { IncomingMessage } from "node:http";
import type { Readable, Transform } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import { Fields, PARAMETER_BYTES } from "./fields.ts";
import { readMultipart } from "./multipart.ts";
import type { FreshPath } from "./spool.ts";

/** The body of a call, or why there is none. */
export type CallBody =
  | { readonly type: "fields"; readonly fields: Fields }
  /** It cannot be parsed: answered by a bare status and an empty body, as by TD HttpConnectionBase. */
  | { readonly type: "bad"; readonly status: number }
  | { readonly type: "too_large" }
  /** The client went away before the end. */
  | { readonly type: "aborted" };

/** How to read a body. */
export interface BodyOptions {
  readonly query: URLSearchParams;
  /** The largest accepted file. */
  readonly maxFileBytes: number;
  readonly freshPath: FreshPath;
  /** Wraps the bytes on their way in (faults). */
  readonly tap: (body: Readable) => Readable;
}

/**
 * Reads the body of a call to its end: urlencoded, JSON or multipart, chunked or with a length, also gzip and deflate.
 * Parameters of the query are used where the body has none of that name. Rejects only on errors of the disk.
 */
export async function readBody(request: IncomingMessage, options: BodyOptions): Promise<CallBody> {
  const decoder = decoderOf(request.headers["content-encoding"]);
  if (decoder === null) {
    request.resume();
    return { type: "bad", status: 415 };
  }
  const body = options.tap(request);
  if (decoder !== undefined) body.on("error", (error) => decoder.destroy(error));
  try {
    return await parse(decoder === undefined ? body : body.pipe(decoder), request, options);
  } catch (error) {
    if (isDiskError(error)) throw error;
    const gone = request.errored !== null || request.socket.destroyed;
    return gone ? { type: "aborted" } : { type: "bad", status: 400 };
  } finally {
    if (!request.destroyed) request.resume();
  }
}

/** True for an error of the sandbox's own disk, which is not the client's fault. */
function isDiskError(error: unknown): boolean {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall !== undefined && ["open", "write", "mkdtemp"].includes(syscall);
}

function decoderOf(encoding: string | undefined): Transform | undefined | null {
  if (encoding === undefined || encoding === "identity") return undefined;
  if (encoding === "gzip") return createGunzip();
  return encoding === "deflate" ? createInflate() : null;
}

async function parse(body: Readable, request: IncomingMessage, options: BodyOptions): Promise<CallBody> {
  const type = (request.headers["content-type"] ?? "").toLowerCase();
  const texts = new Map(options.query);
  if (type.startsWith("multipart/form-data")) return readMultipart(body, request.headers, texts, options);
  const text = await collect(body);
  if (text === null) return { type: "too_large" };
  if (type.startsWith("application/json")) addJson(texts, text);
  else for (const [name, value] of new URLSearchParams(text)) texts.set(name, value);
  return { type: "fields", fields: new Fields(texts) };
}

async function collect(body: Readable): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes <= PARAMETER_BYTES) chunks.push(chunk as Buffer);
  }
  return bytes > PARAMETER_BYTES ? null : Buffer.concat(chunks).toString("utf8");
}

/** Adds the values of a JSON body; numbers, booleans and objects become text, as the API expects. Throws on bad JSON. */
function addJson(texts: Map<string, string>, text: string): void {
  if (text.trim() === "") return;
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new SyntaxError("no object");
  for (const [name, value] of Object.entries(parsed)) {
    if (value !== null) texts.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
}
