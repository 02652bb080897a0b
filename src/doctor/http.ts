import { type Dispatcher, request } from "undici";
import { errorCode } from "../domain/error-code.ts";
import { proxyTrouble } from "../domain/proxy.ts";
import type { FetchResult, ReachResult } from "./context.ts";

/** Real milliseconds. All checks have to be over within ten seconds. */
export const REACH_MS = 3_000;
export const STALL_MS = 3_500;
/** An object is read up to here to see that it comes. */
const FETCH_BYTES = 1_048_576;

/** Asks a server for its root, and waits for the head of the answer alone. Never throws. */
export async function reach(url: string, dispatcher: Dispatcher): Promise<ReachResult> {
  const started = performance.now();
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      method: "GET",
      headersTimeout: REACH_MS,
      signal: AbortSignal.timeout(REACH_MS),
    });
    body.on("error", () => {}).destroy();
    const ms = performance.now() - started;
    const date = Date.parse(String(headers.date));
    // A `Date` has whole seconds; the middle of the call and of that second are compared.
    const skewMs = Number.isNaN(date) ? null : Date.now() - ms / 2 - (date + 500);
    const location = statusCode >= 300 && statusCode < 400 ? String(headers.location ?? "") : null;
    return { ok: true, status: statusCode, skewMs, ms, location };
  } catch (error) {
    return { ok: false, code: codeOf(error), proxy: proxyTrouble(error) };
  }
}

/** Reads at most the first MiB behind a URL; of a longer object the size is what the server says it has. Never throws. */
export async function fetchPlainly(url: string, dispatcher: Dispatcher): Promise<FetchResult> {
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(STALL_MS),
    });
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes >= FETCH_BYTES) break;
    }
    const all = bytes >= FETCH_BYTES ? Number(headers["content-length"] ?? bytes) : bytes;
    return { ok: true, status: statusCode, bytes: all, mime: String(headers["content-type"] ?? "") };
  } catch (error) {
    return { ok: false, code: codeOf(error) };
  }
}

/** Never a message, which may hold a URL. */
function codeOf(error: unknown): string {
  return errorCode(error) ?? (error instanceof Error ? error.name : "no answer");
}
