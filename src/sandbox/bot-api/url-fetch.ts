import { extname } from "node:path";
import { Agent, interceptors } from "undici";
import { LIMITS } from "../../domain/limits.ts";
import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import { type Blob, type FreshPath, spool } from "./spool.ts";

/** What a URL served. */
export interface Fetched {
  readonly blob: Blob;
  /** Content-Type, lower case, without parameters. */
  readonly mime: string;
  /** Last part of the path. */
  readonly name: string;
}

/** Redirects that are followed; how many Telegram follows is not known. */
const REDIRECTS = 5;
/** As Telegram's fetcher calls itself. */
const USER_AGENT = "TelegramBot (like TwitterBot)";

/** The URL as it will be fetched, or what TD says of a text that is none. */
export function parseMediaUrl(text: string): Answered<URL> {
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]*:\d/.test(text) ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) return refused(badRequest("invalid file HTTP URL specified: Wrong URL"));
  const url = new URL(withScheme);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return refused(badRequest("invalid file HTTP URL specified: Unsupported URL protocol"));
  }
  return answered(url);
}

/** Really fetches URLs, as Telegram's servers do: with their user agent, without credentials. */
export class UrlFetcher {
  readonly #agent = new Agent();
  readonly #dispatcher = this.#agent.compose(interceptors.redirect({ maxRedirections: REDIRECTS }));
  readonly #timeoutMs: number;
  readonly #freshPath: FreshPath;

  constructor(timeoutMs: number, freshPath: FreshPath) {
    this.#timeoutMs = timeoutMs;
    this.#freshPath = freshPath;
  }

  /** The content, 5 MB of a photo or 20 MB of anything else; all that fails fails with one and the same text. */
  async fetch(url: URL, photo: boolean): Promise<Answered<Fetched>> {
    const maxBytes = photo ? LIMITS.url.photoBytes : LIMITS.url.otherBytes;
    try {
      const fetched = await this.#get(url, maxBytes);
      return fetched ? answered(fetched) : refused(FAILED);
    } catch {
      return refused(FAILED);
    }
  }

  /** Breaks off whatever is under way. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #get(url: URL, maxBytes: number): Promise<Fetched | null> {
    const { statusCode, headers, body } = await this.#dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: "GET",
      headers: { "user-agent": USER_AGENT, accept: "*/*", "accept-encoding": "identity" },
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    if (statusCode !== 200 || Number(headers["content-length"] ?? 0) > maxBytes) {
      body.on("error", () => {}).destroy();
      return null;
    }
    const blob = await spool(body, maxBytes, this.#freshPath);
    const type = String(headers["content-type"] ?? "").toLowerCase();
    return blob && { blob, mime: type.split(";", 1)[0]?.trim() ?? "", name: nameOf(url) };
  }
}

const FAILED = badRequest("failed to get HTTP URL content");

function nameOf(url: URL): string {
  const last = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return extname(last) === "" ? "file" : `file${extname(last)}`;
  }
}
