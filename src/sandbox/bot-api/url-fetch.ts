import { extname } from "node:path";
import { Agent, interceptors } from "undici";
import { LIMITS } from "../../domain/limits.ts";
import { type Answered, answered, badRequest, refused } from "./api-error.ts";
import { cleanFileName } from "./file-name.ts";
import { type FreshPath, type SpooledBytes, spool } from "./spool.ts";

/** What a URL served. */
export interface FetchedUrl {
  readonly blob: SpooledBytes;
  /** Content-Type, lower case, without parameters. */
  readonly mime: string;
  /** Last part of the path. */
  readonly name: string;
}

/** How many redirects are followed; how many Telegram follows is not known. */
const REDIRECTS = 5;
/** The user agent of Telegram's fetcher. */
const USER_AGENT = "TelegramBot (like TwitterBot)";

/** Returns the URL as it will be fetched, or TD's error for a text that is not a URL. */
export function parseMediaUrl(text: string): Answered<URL> {
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]*:\d/.test(text) ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) return refused(badRequest("invalid file HTTP URL specified: Wrong URL"));
  const url = new URL(withScheme);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return refused(badRequest("invalid file HTTP URL specified: Unsupported URL protocol"));
  }
  return answered(url);
}

/** Fetches URLs as Telegram's servers do: with their user agent, without credentials. */
export class UrlFetcher {
  readonly #agent = new Agent();
  readonly #dispatcher = this.#agent.compose(interceptors.redirect({ maxRedirections: REDIRECTS }));
  readonly #timeoutMs: number;
  readonly #freshPath: FreshPath;

  constructor(timeoutMs: number, freshPath: FreshPath) {
    this.#timeoutMs = timeoutMs;
    this.#freshPath = freshPath;
  }

  /** Returns the content, up to 5 MB of a photo and 20 MB of anything else; all failures have the same text. */
  async fetch(url: URL, photo: boolean): Promise<Answered<FetchedUrl>> {
    const maxBytes = photo ? LIMITS.url.photoBytes : LIMITS.url.otherBytes;
    try {
      const fetched = await this.#get(url, maxBytes);
      return fetched ? answered(fetched) : refused(FAILED);
    } catch {
      return refused(FAILED);
    }
  }

  /** Aborts whatever is running. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #get(url: URL, maxBytes: number): Promise<FetchedUrl | null> {
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
    return blob && { blob, mime: type.split(";", 1)[0]?.trim() ?? "", name: cleanFileName(lastSegment(url)) };
  }
}

const FAILED = badRequest("failed to get HTTP URL content");

function lastSegment(url: URL): string {
  const last = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return extname(last) === "" ? "file" : `file${extname(last)}`;
  }
}
