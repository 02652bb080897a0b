import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { isLoopback } from "../domain/host.ts";
import type { Secret } from "../domain/secret.ts";
import { refuse } from "./answers.ts";

/**
 * Lets requests with `Authorization: Bearer <token>` pass, others get 401. Digests of equal length are compared in constant
 * time, so neither the token's content nor its length can be measured. Whoever pasted a line of ours into a shell that lacks
 * the variable is told so, and `source`: where the worker has the token from.
 */
export function tokenGuard(token: Secret, source: string | null = null): MiddlewareHandler {
  const wanted = digest(Buffer.from(token.reveal().trim(), "utf8"));
  return async (context, next) => {
    const header = context.req.header("authorization") ?? "";
    const given = /^Bearer +(.*)$/i.exec(header)?.[1] ?? "";
    // Node reads headers as Latin-1; the bytes are what the client sent.
    if (timingSafeEqual(digest(Buffer.from(given.trim(), "latin1")), wanted)) return await next();
    context.header("www-authenticate", 'Bearer realm="prewarm"');
    const isUnset = UNSET.test(header);
    return refuse(context, 401, "UNAUTHORIZED", isUnset ? unsetText(source) : undefined);
  };
}

/** What shells make of the variable of our lines where it is not set, or is not filled in. */
const UNSET = /^Bearer *(?:\$(?:env:)?ADMIN_API_TOKEN|%ADMIN_API_TOKEN%)?$/i;

function unsetText(source: string | null): string {
  const there = source === null ? "" : ` (it has it from: ${source})`;
  return `ADMIN_API_TOKEN is not set in the shell that asks: set it there to the value that the worker has${there}, then ask again`;
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
