import type { Link } from "./wire-fault.ts";

/** An answer that a server, or what stands before it, may give in place of its own. */
interface Canned {
  readonly link: Link;
  readonly name: string;
  /** Only of a request that did not reach the server: an answer that says no is believed. */
  readonly refuses: boolean;
  readonly bytes: string;
}

function http(status: string, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = { "Content-Length": String(Buffer.byteLength(body)), Connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join("")}\r\n${body}`;
}

const HTML = { "Content-Type": "text/html" };
const JSON_TYPE = { "Content-Type": "application/json" };
const XML = { "Content-Type": "application/xml" };
const page = (title: string) => `<html><head><title>${title}</title></head><body>${title}</body></html>`;
const xmlError = (code: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>told by the far end</Message></Error>`;
const no = (code: number, description: string, more: object = {}) =>
  JSON.stringify({ ok: false, error_code: code, description, ...more });

/** Seconds of the sandbox's clock that floods ask for. */
const FLOOD_S = 12;
const FLOOD = `Too Many Requests: retry after ${FLOOD_S}`;

function ofBotApi(name: string, refuses: boolean, bytes: string): Canned {
  return { link: "bot-api", name, refuses, bytes };
}

function ofR2(name: string, bytes: string): Canned {
  return { link: "r2", name, refuses: true, bytes };
}

const CANNED: readonly Canned[] = [
  ofBotApi("502 html", false, http("502 Bad Gateway", page("502 Bad Gateway"), HTML)),
  ofBotApi("500 empty", false, http("500 Internal Server Error", "")),
  ofBotApi("500 json", false, http("500 Internal Server Error", no(500, "Internal Server Error"), JSON_TYPE)),
  ofBotApi("200 empty", false, http("200 OK", "", JSON_TYPE)),
  ofBotApi("200 html", false, http("200 OK", page("Welcome"), HTML)),
  ofBotApi("200 broken json", false, http("200 OK", '{"ok":true,"result":{"message_id":', JSON_TYPE)),
  ofBotApi("200 other json", false, http("200 OK", '{"status":"up"}', { "Content-Type": "text/plain" })),
  ofBotApi("200 without fields", false, http("200 OK", '{"ok":true,"result":{}}', JSON_TYPE)),
  ofBotApi("200 ok true", false, http("200 OK", '{"ok":true,"result":true}', JSON_TYPE)),
  ofBotApi(
    "429 parameters",
    true,
    http("429 Too Many Requests", no(429, FLOOD, { parameters: { retry_after: FLOOD_S } }), JSON_TYPE),
  ),
  ofBotApi("429 text", true, http("429 Too Many Requests", no(429, FLOOD), JSON_TYPE)),
  ofBotApi(
    "429 html",
    true,
    http("429 Too Many Requests", page("429"), { ...HTML, "Retry-After": String(FLOOD_S) }),
  ),
  ofBotApi("429 empty", true, http("429 Too Many Requests", "")),
  ofBotApi("302", true, http("302 Found", "", { Location: "http://127.0.0.1:9/elsewhere" })),
  ofR2("500 xml", http("500 Internal Server Error", xmlError("InternalError"), XML)),
  ofR2("503 xml", http("503 Service Unavailable", xmlError("SlowDown"), XML)),
  ofR2("503 html", http("503 Service Unavailable", page("503"), HTML)),
  ofR2("500 empty", http("500 Internal Server Error", "")),
  ofR2("429 empty", http("429 Too Many Requests", "")),
  ofR2("200 empty", http("200 OK", "", XML)),
  ofR2("200 html", http("200 OK", page("Sign in"), HTML)),
  ofR2("200 broken xml", http("200 OK", "<?xml version='1.0'?><ListBucketResult><Contents><Key>a", XML)),
  ofR2("200 json", http("200 OK", '{"keys":[]}', JSON_TYPE)),
  ofR2("307", http("307 Temporary Redirect", "", { Location: "http://127.0.0.1:9/elsewhere" })),
  ofR2("403 expired", http("403 Forbidden", xmlError("ExpiredRequest"), XML)),
  ofR2("403 skewed", http("403 Forbidden", xmlError("RequestTimeTooSkewed"), XML)),
];

/** The answers of a link, by name, and whether they may be given to a request that was delivered. */
export function cannedOf(link: Link): readonly Canned[] {
  return CANNED.filter((each) => each.link === link);
}

/** The bytes of an answer. Throws for a name that there is none of. */
export function cannedBytes(link: Link, name: string): Buffer {
  const found = CANNED.find((each) => each.link === link && each.name === name);
  if (found === undefined) throw new RangeError(`there is no answer "${name}" of ${link}`);
  return Buffer.from(found.bytes);
}
