import type { HeaderLookup } from "./credential.ts";
import { type R2Error, r2Error } from "./errors.ts";
import type { StoredObject } from "./store.ts";

/**
 * Checks If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110, 13.2.2. Returns null
 * when the request may proceed, else 304 for a read where the RFC says so, and 412 otherwise.
 */
export function judgeConditions(
  object: StoredObject | undefined,
  header: HeaderLookup,
  purpose: "read" | "write",
): R2Error | null {
  if (!maySee(object, header)) return r2Error("PreconditionFailed");
  if (isNews(object, header)) return null;
  return r2Error(purpose === "read" ? "NotModified" : "PreconditionFailed");
}

function maySee(object: StoredObject | undefined, header: HeaderLookup): boolean {
  const match = header("if-match");
  if (match !== undefined) return names(match, object);
  const since = Date.parse(header("if-unmodified-since") ?? "");
  return Number.isNaN(since) || object === undefined || seconds(object.lastModified) <= seconds(since);
}

function isNews(object: StoredObject | undefined, header: HeaderLookup): boolean {
  const noneMatch = header("if-none-match");
  if (noneMatch !== undefined) return !names(noneMatch, object);
  const since = Date.parse(header("if-modified-since") ?? "");
  return Number.isNaN(since) || object === undefined || seconds(object.lastModified) > seconds(since);
}

/** True when a list of entity tags (or `*`) names this object; quotes and weakness marks are ignored. */
function names(list: string, object: StoredObject | undefined): boolean {
  if (object === undefined) return false;
  const tags = list.split(",").map((tag) => tag.trim().replace(/^W\//, "").replace(/^"|"$/g, ""));
  return tags.includes("*") || tags.includes(object.etag);
}

/** Dates in headers have no fractions. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
