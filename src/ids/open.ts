import { BadValue } from "../config/bad-value.ts";
import { ConfigError } from "../config/error.ts";
import { ledgerFile } from "../config/places.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import type { IdQuery, IdReport, Ids, WarmId } from "./port.ts";

/** A worker, as others reach it. */
export interface WorkerAddress {
  /** Where it listens, such as `https://warm.example.com`. */
  readonly url: string;
  /** Its `LOOKUP_TOKEN` or `ADMIN_API_TOKEN`; none where it has none. Secret. */
  readonly token?: string | undefined;
}

/** How a place is read. */
export interface OpenIdsOptions {
  /** Slug of the bot that sends, for lookups and reports that name none; see {@link IdQuery}. */
  readonly bot?: string | undefined;
  /** Of a worker: its `LOOKUP_TOKEN` or `ADMIN_API_TOKEN`; none where it has none. Secret. */
  readonly token?: string | undefined;
  /** Of a worker: milliseconds that a request may take; 2,000 by default. */
  readonly timeoutMs?: number | undefined;
  /** Of a file or a database: the worker that is told what cannot be written beside it. */
  readonly reportTo?: WorkerAddress | undefined;
  /** Told once of each kind of trouble, in one line without secrets; `console.warn` by default. */
  readonly onTrouble?: ((text: string) => void) | undefined;
}

/**
 * Opens the ids of a ledger: `place` is its file (`sqlite:prewarm.db`, or a path), its database (`postgres://...`), or a worker
 * (`https://...`). Reads nothing yet and returns at once. Throws {@link ConfigError} for a place that makes no sense.
 *
 * @example
 * const ids = openIds("sqlite:prewarm.db");
 * const id = await ids.fileId({ key: "covers/a.jpg" });
 * if (id) await bot.api.sendPhoto(chat, id.fileId);
 */
export function openIds(place: string, options: OpenIdsOptions = {}): Ids {
  const { bot, onTrouble = warn } = options;
  if (/^https?:/i.test(place)) {
    const url = workerUrl("openIds", place);
    const { token, timeoutMs } = options;
    const open = async () =>
      (await import("./http.ts")).openHttpIds(url, { bot, token, timeoutMs, onTrouble });
    return new LazyIds(open, false);
  }
  const file = fileOf(place);
  const reportTo = options.reportTo && {
    ...options.reportTo,
    url: workerUrl("reportTo.url", options.reportTo.url),
  };
  if (isPostgres(file)) {
    const given = { url: file, bot, reportTo, onTrouble };
    return new LazyIds(async () => (await import("./postgres/open.ts")).openPostgresIds(given), false);
  }
  const open = async () =>
    (await import("./sqlite/open.ts")).openSqliteIds(file, { bot, reportTo, onTrouble });
  return new LazyIds(open, true);
}

function fileOf(place: string): string {
  try {
    if (typeof place !== "string") throw new BadValue("a text, such as sqlite:prewarm.db");
    return ledgerFile(place);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new ConfigError([
      `openIds: the place has to be ${error.message}, or the address of a worker (https://...)`,
    ]);
  }
}

/** The text itself is not shown: it may hold a password. */
function workerUrl(what: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search) return text;
  throw new ConfigError([
    `${what}: a worker is named as https://host or http://host:port, without user, password and query; its token is given as \`token\``,
  ]);
}

function warn(text: string): void {
  console.warn(`prewarm: ${text}`);
}

/** Ids of which all is loaded with the first question. */
class LazyIds implements Ids {
  readonly isLocal: boolean;
  readonly #open: () => Promise<Ids>;
  #opening: Promise<Ids> | null = null;
  #ids: Ids | null = null;

  constructor(open: () => Promise<Ids>, isLocal: boolean) {
    this.#open = open;
    this.isLocal = isLocal;
  }

  async fileId(query: IdQuery): Promise<WarmId | null> {
    return (this.#ids ?? (await this.#opened())).fileId(query);
  }

  async ask(query: IdQuery): Promise<WarmId | null> {
    const ids = this.#ids ?? (await this.#opened());
    return ids.ask ? ids.ask(query) : ids.fileId(query);
  }

  async fileIds(queries: readonly (string | IdQuery)[]): Promise<(WarmId | null)[]> {
    return (this.#ids ?? (await this.#opened())).fileIds(queries);
  }

  async report(report: IdReport): Promise<void> {
    return (this.#ids ?? (await this.#opened())).report(report);
  }

  async close(): Promise<void> {
    await (await this.#opening)?.close();
  }

  #opened(): Promise<Ids> {
    this.#opening ??= this.#open().then((ids) => {
      this.#ids = ids;
      return ids;
    });
    return this.#opening;
  }
}
