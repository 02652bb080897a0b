import { setTimeout as delay } from "node:timers/promises";
import type { Answer, Exchange } from "./front.ts";

/** What a far end speaks. */
export type Speech = "s3" | "bot-api";

/** Something that goes wrong between prewarm and a far end, or in what the far end says. */
export interface WireFault {
  /** As a row of the page. */
  readonly what: string;
  /** Done to a request that was read whole; absent where the request never arrives. */
  readonly act?: (exchange: Exchange, speech: Speech) => Promise<void> | void;
  /** How the request does not arrive. */
  readonly away?: "refused" | "unknown name";
  /** Needs seconds, since it is about what does not come. */
  readonly isSlow?: true;
}

const HTML = "<html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>";

/** Long enough that what was written has been read, on any machine that is not stuck; nothing but a reset hangs on it. */
const READ_MS = 60;

function headOf({ status, headers }: Answer, length: number): string {
  const lines = Object.entries(headers)
    .filter(([name]) => !/^(content-length|transfer-encoding|connection|keep-alive)$/i.test(name))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} X\r\n${lines.join("")}content-length: ${length}\r\nconnection: close\r\n\r\n`;
}

const half = (body: Buffer) => body.subarray(0, Math.floor(body.length / 2));

/** An answer with this status as a far end words it. */
function refusal(speech: Speech, status: number, words: string, more: object = {}): Answer {
  const body =
    speech === "s3"
      ? `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${words}</Code><Message>No.</Message></Error>`
      : JSON.stringify({ ok: false, error_code: status, description: words, ...more });
  return said(status, body, speech === "s3" ? "application/xml" : "application/json");
}

function said(status: number, body: string, type: string, headers: Record<string, string> = {}): Answer {
  const length = String(Buffer.byteLength(body));
  return {
    status,
    headers: { "content-type": type, "content-length": length, ...headers },
    body: Buffer.from(body),
  };
}

/** Says this and does nothing. */
const says = (answer: (speech: Speech) => Answer) => (exchange: Exchange, speech: Speech) =>
  exchange.answer(answer(speech));

/** Does what was asked, and says something else. */
const doesAndSays =
  (change: (answer: Answer, speech: Speech) => Answer) => async (exchange: Exchange, speech: Speech) =>
    exchange.answer(change(await exchange.truth(), speech));

/** By name: the rows of the table that are about far ends. */
export const WIRE_FAULTS = {
  refused: { what: "nobody listens", away: "refused" },
  dns: { what: "its name is not found", away: "unknown name" },
  resetBefore: {
    what: "the connection is reset before an answer",
    act: async (exchange) => {
      await exchange.truth();
      exchange.cut("reset");
    },
  },
  closedBefore: {
    what: "the connection is closed before an answer",
    act: async (exchange) => {
      await exchange.truth();
      exchange.cut("end");
    },
  },
  resetInHeaders: {
    what: "the connection is reset within the headers",
    act: async (exchange) => {
      await exchange.truth();
      await exchange.write("HTTP/1.1 200 OK\r\ncontent-ty");
      await delay(READ_MS);
      exchange.cut("reset");
    },
  },
  resetInBody: {
    what: "the connection is reset within the body",
    act: async (exchange) => {
      const answer = await exchange.truth();
      await exchange.write(headOf(answer, answer.body.length));
      await exchange.write(half(answer.body));
      await delay(READ_MS);
      exchange.cut("reset");
    },
  },
  truncated: {
    what: "the body ends early, with the true length announced",
    act: async (exchange) => {
      const answer = await exchange.truth();
      await exchange.write(headOf(answer, answer.body.length));
      await exchange.write(half(answer.body));
      exchange.cut("end");
    },
  },
  shortened: {
    what: "half of the body, and a length to match",
    act: doesAndSays((answer) => ({
      ...answer,
      headers: { ...answer.headers, "content-length": String(half(answer.body).length) },
      body: half(answer.body),
    })),
  },
  silent: {
    what: "no answer comes",
    isSlow: true,
    act: async (exchange) => {
      await exchange.truth();
    },
  },
  stalled: {
    what: "the body stops in the middle",
    isSlow: true,
    act: async (exchange) => {
      const answer = await exchange.truth();
      await exchange.write(headOf(answer, answer.body.length));
      await exchange.write(half(answer.body));
    },
  },
  slow: {
    what: "the body comes slowly but steadily, for longer than the stall timeout",
    isSlow: true,
    act: async (exchange) => {
      const answer = await exchange.truth();
      await exchange.write(headOf(answer, answer.body.length));
      for (const part of tenths(answer.body)) {
        await delay(600);
        await exchange.write(part);
      }
      exchange.cut("end");
    },
  },
  internal: { what: "500", act: says((speech) => refusal(speech, 500, internal(speech))) },
  badGateway: { what: "502 with a web page", act: says(() => said(502, HTML, "text/html")) },
  slowDown: { what: "503 SlowDown", act: says((speech) => refusal(speech, 503, "SlowDown")) },
  emptyError: { what: "503 with nothing in it", act: says(() => said(503, "", "text/plain")) },
  tooMany: { what: "429 without a time", act: says((speech) => refusal(speech, 429, "TooManyRequests")) },
  waits: {
    what: "429 with a time to wait",
    act: says((speech) => {
      const { status, headers, body } = refusal(speech, 429, "Too Many Requests: retry after 1", {
        parameters: { retry_after: 1 },
      });
      return { status, headers: { ...headers, "retry-after": "1" }, body };
    }),
  },
  html: { what: "200 with a web page", act: doesAndSays(() => said(200, HTML, "text/html")) },
  empty: { what: "200 with nothing in it", act: doesAndSays(() => said(200, "", "text/plain")) },
  invalid: {
    what: "XML, JSON or media that is none",
    act: doesAndSays(({ headers }) => {
      const { "content-type": type = "", ...others } = headers;
      return said(200, "<{]not what it says", type, without(others, "content-length"));
    }),
  },
  otherType: {
    what: "the right body under the wrong Content-Type",
    act: doesAndSays((answer) => ({
      ...answer,
      headers: { ...answer.headers, "content-type": "image/x-unheard-of" },
    })),
  },
  redirect: {
    what: "a redirect to another server",
    act: says(() => said(302, "", "text/plain", { location: "http://127.0.0.1:9/login" })),
  },
  unknownKey: { what: "401", act: says((speech) => refusal(speech, 401, "Unauthorized")) },
  denied: {
    what: "403",
    act: says((speech) => refusal(speech, 403, speech === "s3" ? "AccessDenied" : "Forbidden: not here")),
  },
  signature: {
    what: "403: the signature is refused",
    act: says((speech) => refusal(speech, 403, "SignatureDoesNotMatch")),
  },
  expired: {
    what: "403: the signature has expired",
    act: says((speech) => refusal(speech, 403, "ExpiredRequest")),
  },
  clock: {
    what: "403: the clock is wrong",
    act: says((speech) => refusal(speech, 403, "RequestTimeTooSkewed")),
  },
  missing: {
    what: "404, as of what was deleted",
    act: says((speech) => refusal(speech, 404, speech === "s3" ? "NoSuchKey" : "Not Found")),
  },
  changed: { what: "the object was replaced", act: changed },
  growing: { what: "the object has grown", act: grown },
  otherItem: { what: "the answer to another request", act: otherItem },
} satisfies Readonly<Record<string, WireFault>>;

export type WireFaultName = keyof typeof WIRE_FAULTS;

function internal(speech: Speech): string {
  return speech === "s3" ? "InternalError" : "Internal Server Error";
}

function without(headers: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
}

function tenths(body: Buffer): Buffer[] {
  const size = Math.ceil(body.length / 10);
  return Array.from({ length: 10 }, (_, i) => body.subarray(i * size, (i + 1) * size));
}

/** As R2 does where `If-Match` names what was there before, else the new object. */
async function changed(exchange: Exchange): Promise<void> {
  if (exchange.incoming.headers["if-match"] !== undefined)
    return exchange.answer(refusal("s3", 412, "PreconditionFailed"));
  const { status, headers, body } = await exchange.truth();
  exchange.answer({ status, headers: { ...headers, etag: '"0123456789abcdef0123456789abcdef"' }, body });
}

async function grown(exchange: Exchange): Promise<void> {
  const { status, headers, body } = await exchange.truth();
  const more = Buffer.concat([body, Buffer.from("and more")]);
  const length = String(Number(headers["content-length"] ?? body.length) + 8);
  exchange.answer({ status, headers: { ...headers, "content-length": length }, body: more });
}

/** Of S3 an object with another ETag; of the Bot API a message with other media. */
async function otherItem(exchange: Exchange, speech: Speech): Promise<void> {
  const answer = await exchange.truth();
  if (speech === "bot-api") {
    const result = { id: 42, is_bot: true, first_name: "somebody", username: "else_bot" };
    return exchange.answer(said(200, JSON.stringify({ ok: true, result }), "application/json"));
  }
  const body = Buffer.from("these are the bytes of quite another object");
  const headers = {
    ...answer.headers,
    etag: '"fedcba9876543210fedcba9876543210"',
    "content-length": String(body.length),
  };
  exchange.answer({ status: 200, headers, body });
}
