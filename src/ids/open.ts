import { BadValue } from "../config/bad-value.ts";
import { ConfigError } from "../config/error.ts";
import { ledgerFile } from "../config/places.ts";
import type { IdQuery, IdReport, Ids, WarmId } from "./port.ts";

/** How a place is read. */
export interface OpenIdsOptions {
  /** Slug of the bot that sends, for lookups and reports that name none; see {@link IdQuery}. */
  readonly bot?: string | undefined;
  /** Told once of each kind of trouble, in one line without secrets; `console.warn` by default. */
  readonly onTrouble?: ((text: string) => void) | undefined;
}

/**
 * Opens the ids of a ledger: `place` is its file (`sqlite:prewarm.db`, or a path). Reads nothing
 * yet and returns at once. Throws {@link ConfigError} for a place that makes no sense.
 *
 * @example
 * const ids = openIds("sqlite:prewarm.db");
 * const id = await ids.fileId({ key: "covers/a.jpg" });
 * if (id) await bot.api.sendPhoto(chat, id.fileId);
 */
export function openIds(place: string, options: OpenIdsOptions = {}): Ids {
  const { bot, onTrouble = warn } = options;
  const file = fileOf(place);
  return new LazyIds(async () => (await import("./sqlite/open.ts")).openSqliteIds(file, { bot, onTrouble }));
}

function fileOf(place: string): string {
  try {
    return ledgerFile(place);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    throw new ConfigError([`openIds: the place has to be ${error.message}`]);
  }
}

function warn(text: string): void {
  console.warn(`prewarm: ${text}`);
}

/** Ids of which all is loaded with the first question. */
class LazyIds implements Ids {
  readonly isLocal = true;
  readonly #open: () => Promise<Ids>;
  #opening: Promise<Ids> | null = null;
  #ids: Ids | null = null;

  constructor(open: () => Promise<Ids>) {
    this.#open = open;
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
