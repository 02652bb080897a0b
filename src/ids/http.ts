import { isMediaKind } from "../domain/media.ts";
import { askWorker, isRecord, type WorkerCall, WorkerError } from "./ask-worker.ts";
import { HttpReports } from "./http-reports.ts";
import type { IdQuery, IdReport, Ids, WarmId } from "./port.ts";

/** A worker that is asked for ids. */
export interface ClientOptions {
  /** Its `LOOKUP_TOKEN` or `ADMIN_API_TOKEN`; none where it has none. Secret. */
  readonly token?: string | undefined;
  /** Slug of the bot that sends, for queries and reports that name none. */
  readonly bot?: string | undefined;
  /** Milliseconds that a request may take; 2,000 by default. A sender does not wait for so long. */
  readonly timeoutMs?: number | undefined;
  /** Told once of each kind of trouble, in one line without secrets; `console.warn` by default. */
  readonly onTrouble?: ((text: string) => void) | undefined;
}

const PATH = "/api/admin/media/prewarm";
const TIMEOUT_MS = 2_000;
/** The most keys of one request. */
const KEYS = 1_000;

/**
 * The ids of a worker (`prewarm worker`) over HTTP, on `fetch` alone. `url` is where it listens, such as
 * `https://warm.example.com`. Throws TypeError for a text that is no such URL. Connects nothing yet.
 */
export function openHttpIds(url: string, options: ClientOptions = {}): HttpIds {
  return new HttpIds(url, options);
}

/** See {@link openHttpIds}. */
export class HttpIds implements Ids {
  readonly #call: WorkerCall;
  readonly #bot: string | undefined;
  readonly #reports: HttpReports;
  readonly #onTrouble: (text: string) => void;
  readonly #told = new Set<number | null>();

  constructor(url: string, { token, bot, timeoutMs = TIMEOUT_MS, onTrouble = warn }: ClientOptions) {
    const { protocol, origin, pathname } = new URL(url);
    if (protocol !== "http:" && protocol !== "https:")
      throw new TypeError("the address of a worker begins with https:// or http://");
    const base = `${origin}${pathname.replace(/\/+$/, "").replace(PATH, "")}${PATH}`;
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    this.#call = { base, headers, timeoutMs };
    this.#bot = bot;
    this.#onTrouble = onTrouble;
    this.#reports = new HttpReports(this.#call, (error) => this.#tell(error));
  }

  async fileId(query: IdQuery): Promise<WarmId | null> {
    return this.ask(query).catch((error: unknown) => this.#tell(error));
  }

  /** As {@link HttpIds.fileId}, but rejects with a {@link WorkerError} where the worker gave no answer. */
  async ask({ key, bot = this.#bot, kind }: IdQuery): Promise<WarmId | null> {
    const query = new URLSearchParams({ key });
    if (bot !== undefined) query.set("bot", bot);
    if (kind !== undefined) query.set("kind", kind);
    const { status, body } = await askWorker(this.#call, `/lookup?${query}`);
    return status === 404 ? null : warmId(body);
  }

  async fileIds(queries: readonly (string | IdQuery)[]): Promise<(WarmId | null)[]> {
    const answers: (WarmId | null)[] = [];
    for (let at = 0; at < queries.length; at += KEYS)
      answers.push(...(await this.#some(queries.slice(at, at + KEYS))));
    return answers;
  }

  report(report: IdReport): Promise<void> {
    return this.#reports.add({ ...report, bot: report.bot ?? this.#bot });
  }

  /** Sends reports that could not be sent before, once. */
  close(): Promise<void> {
    return this.#reports.flush();
  }

  async #some(queries: readonly (string | IdQuery)[]): Promise<(WarmId | null)[]> {
    const keys = queries.map((query) => (typeof query === "string" ? { key: query } : query));
    try {
      const asked = { keys: keys.map((query) => ({ ...query, bot: query.bot ?? this.#bot })) };
      const { body } = await askWorker(this.#call, "/lookup", asked);
      const ids = isRecord(body) && Array.isArray(body.ids) ? body.ids : [];
      return keys.map((_, at) => warmId(ids[at]));
    } catch (error) {
      this.#tell(error);
      return keys.map(() => null);
    }
  }

  #tell(error: unknown): null {
    const { status, message } =
      error instanceof WorkerError ? error : { status: null, message: String(error) };
    if (!this.#told.has(status)) this.#onTrouble(message);
    this.#told.add(status);
    return null;
  }
}

function warmId(body: unknown): WarmId | null {
  if (!isRecord(body)) return null;
  const { file_id: fileId, kind, weak } = body;
  return typeof fileId === "string" && isMediaKind(kind) ? { fileId, kind, weak: weak === true } : null;
}

function warn(text: string): void {
  console.warn(`prewarm: ${text}`);
}
