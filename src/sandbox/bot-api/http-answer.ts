import type { IncomingMessage, ServerResponse } from "node:http";
import { type Fault, proxyPage } from "../faults.ts";
import type { ApiError } from "./api-error.ts";

/** One whole HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly contentType: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

const JSON_TYPE = "application/json";

/** Returns `{"ok":true,"result":...}`, with a description where there is one. */
export function resultAnswer(result: unknown, description?: string): HttpAnswer {
  return jsonAnswer(200, { ok: true, result, ...(description === undefined ? {} : { description }) });
}

/** Returns `{"ok":false,...}` with the status of the error, and a `Retry-After` header along with `retry_after`. */
export function errorAnswer({ code, description, parameters }: ApiError): HttpAnswer {
  const body = { ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) };
  const wait = parameters?.retry_after;
  return {
    ...jsonAnswer(code, body),
    ...(wait === undefined ? {} : { headers: { "retry-after": String(wait) } }),
  };
}

/** Returns a value as JSON. */
export function jsonAnswer(status: number, value: unknown): HttpAnswer {
  return { status, body: JSON.stringify(value), contentType: JSON_TYPE };
}

/** Returns a bare status with an empty body, after which the connection is closed (TD HttpConnectionBase.cpp). */
export function bareAnswer(status: number): HttpAnswer {
  return { status, body: "", contentType: null, headers: { connection: "close" } };
}

/** Returns the answer of a fault. */
export function faultAnswer({ code, body, description }: NonNullable<Fault["status"]>): HttpAnswer {
  if (body === "empty") return { status: code, body: "", contentType: null };
  if (body === "html") return { status: code, body: proxyPage(code), contentType: "text/html" };
  return errorAnswer({ code, description: description ?? "Internal Server Error: sandbox fault" });
}

/** Sends an answer; false when the client is gone. */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer): boolean {
  if (response.destroyed || response.socket === null || response.socket.destroyed) return false;
  response.writeHead(answer.status, headersOf(answer)).end(answer.body);
  return true;
}

/** How long an unwanted body is still read after its answer, in real milliseconds. */
const LINGER_MS = 2_000;

/** Answers before the body has been read, and closes, but reads on for a moment so that the client can see the answer. */
export function writeEarly(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
  response.writeHead(answer.status, { ...headersOf(answer), connection: "close" });
  response.write(answer.body);
  const timer = setTimeout(() => response.end(), LINGER_MS);
  request.once("end", () => response.end());
  response.once("close", () => clearTimeout(timer));
  request.resume();
}

function headersOf({ body, contentType, headers }: HttpAnswer): Record<string, string> {
  const length = String(Buffer.byteLength(body));
  return { ...(contentType ? { "content-type": contentType } : {}), "content-length": length, ...headers };
}
