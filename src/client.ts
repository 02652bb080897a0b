/** Ids over HTTP for programs without Node.js: this file and all that it loads use `fetch` and the language alone. */
import { type ClientOptions, openHttpIds } from "./ids/http.ts";
import type { Ids } from "./ids/port.ts";

export type { MediaKind } from "./domain/media.ts";
export { WorkerError } from "./ids/ask-worker.ts";
export type { ClientOptions } from "./ids/http.ts";
export type { IdQuery, IdReport, Ids, WarmId } from "./ids/port.ts";

/**
 * Returns the ids that a worker (`prewarm worker`) serves at `url`; runs on Cloudflare Workers, Deno, Bun, browsers and Node.js.
 * A worker that cannot be reached, or refuses, is as if it had no id: told once to `onTrouble`, never thrown. Throws TypeError
 * for a text that is no URL of http or https.
 *
 * ```js
 * const ids = createClient("https://warm.example.com", { token: env.LOOKUP_TOKEN, bot: "news" });
 * const id = await ids.fileId({ key: "covers/a.jpg" });   // { fileId, kind: "photo", weak: false } or null
 * ```
 */
export function createClient(url: string, options: ClientOptions = {}): Ids {
  return openHttpIds(url, options);
}
