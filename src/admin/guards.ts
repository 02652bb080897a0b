import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { isLoopback } from "../domain/host.ts";
import type { Secret } from "../domain/secret.ts";
import { refuse } from "./answers.ts";

/** The tokens by the names of their variables. */
export const [ADMIN_TOKEN, LOOKUP_TOKEN] = ["ADMIN_API_TOKEN", "LOOKUP_TOKEN"] as const;

/** A token that is asked for, for whoever lacks it. */
interface AskedToken {
  readonly name: string;
  /** Where the worker has it from; null where that is not to be told. */
  readonly source: string | null;
}

/**
 * Lets requests with `Authorization: Bearer <one of these tokens>` pass, others get 401. Digests of equal length are compared in
 * constant time, with each token, so neither a token's content nor its length can be measured. Whoever pasted a line of ours into a
 * shell that lacks the variable is told so, and where the worker has the token from.
 */
export function tokenGuard(tokens: readonly Secret[], asked: AskedToken): MiddlewareHandler {
  const wanted = tokens.map((token) => digest(Buffer.from(token.reveal().trim(), "utf8")));
  return async (context, next) => {
    const header = context.req.header("authorization") ?? "";
    const given = /^Bearer +(.*)$/i.exec(header)?.[1] ?? "";
    // Node reads headers as Latin-1; the bytes are what the client sent.
    const found = digest(Buffer.from(given.trim(), "latin1"));
    if (wanted.filter((each) => timingSafeEqual(found, each)).length > 0) return await next();
    context.header("www-authenticate", 'Bearer realm="prewarm"');
    return refuse(context, 401, "UNAUTHORIZED", unsetText(header, asked));
  };
}

/** What shells make of the variable of our lines where it is not set, or is not filled in. */
const UNSET = /^Bearer *(?:\$(?:env:)?(\w+_TOKEN)|%(\w+_TOKEN)%)?$/i;

function unsetText(header: string, { name, source }: AskedToken): string | undefined {
  const unset = UNSET.exec(header);
  if (!unset) return undefined;
  const variable = unset[1] ?? unset[2] ?? name;
  const there = source === null || variable !== name ? "" : ` (it has it from: ${source})`;
  return `${variable} is not set in the shell that asks: set it there to the value that the worker has${there}, then ask again`;
}

function digest(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/**
 * What stands between an API without a token and a web page in the operator's browser, which can reach loopback too.
 * - The Host must be a loopback name. A page whose own name was re-bound to 127.0.0.1 (DNS rebinding) sends its own name.
 * - An Origin, which browsers add to each POST, must be this very host: another site cannot press the buttons.
 * - A body must be declared as JSON. A page can send that to another origin only after asking (CORS preflight), and this
 *   server never says yes; forms and plain text need no asking, so they are refused.
 *
 * With a token none of this is needed: a strange page does not know it, and browsers never add it by themselves.
 */
export const browserGuard: MiddlewareHandler = async (context, next) => {
  const host = context.req.header("host") ?? "";
  if (!isLoopback(nameOf(host)))
    return refuse(context, 403, "FORBIDDEN_HOST", "open it as localhost, or set ADMIN_API_TOKEN");
  const origin = context.req.header("origin");
  if (origin !== undefined && originHost(origin) !== host.toLowerCase())
    return refuse(context, 403, "FORBIDDEN_ORIGIN", "requests of other sites are refused");
  if (context.req.method === "POST" && !isJson(context.req.header("content-type")))
    return refuse(context, 415, "UNSUPPORTED_MEDIA_TYPE", "send it with Content-Type: application/json");
  return await next();
};

/** A Host header without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, "");
}

function originHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function isJson(type: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(type ?? "");
}
