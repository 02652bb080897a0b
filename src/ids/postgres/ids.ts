import { LedgerError } from "../../ledgers/error.ts";
import type { RowOfLookup } from "../../ledgers/lookup-rows.ts";
import { type KindRow, pick } from "../pick.ts";
import type { BotReport, IdQuery, IdReport, Ids, WarmId } from "../port.ts";
import type { ReportKeeper } from "../report-keeper.ts";
import { type ReportOfKey, withReports } from "../with-reports.ts";
import type { OpenedRows } from "./rows.ts";

export interface PostgresIdsOptions {
  readonly rows: OpenedRows;
  /** Slug of the bot that is meant where a query names none. */
  readonly bot: string | undefined;
  readonly keeper: ReportKeeper;
  /** Told once of each kind of trouble. */
  readonly onTrouble: (text: string) => void;
}

/** The bot that is meant where none is named, and there are several. */
const USUAL_BOT = "default";
/** Keys that are asked for by one statement. */
const AT_ONCE = 1_000;

/** The ids of a ledger in PostgreSQL, with what bots reported beside them. */
export class PostgresIds implements Ids {
  readonly #options: PostgresIdsOptions;
  readonly #told = new Set<string>();

  constructor(options: PostgresIdsOptions) {
    this.#options = options;
  }

  async fileId(query: IdQuery): Promise<WarmId | null> {
    const [found = null] = await this.fileIds([query]);
    return found;
  }

  async ask(query: IdQuery): Promise<WarmId | null> {
    const [found = null] = await this.#find([query]);
    return found;
  }

  async fileIds(given: readonly (string | IdQuery)[]): Promise<(WarmId | null)[]> {
    const queries = given.map((query) => (typeof query === "string" ? { key: query } : query));
    const answers: (WarmId | null)[] = [];
    for (let at = 0; at < queries.length; at += AT_ONCE)
      answers.push(...(await this.#findOrNot(queries.slice(at, at + AT_ONCE))));
    return answers;
  }

  async report(report: IdReport): Promise<void> {
    await this.#options.keeper.keep({ ...report, bot: await this.botOf(report) });
  }

  /** Returns the slug of the bot that is meant. */
  async botOf({ bot = this.#options.bot }: { readonly bot?: string | undefined }): Promise<string> {
    if (bot !== undefined) return bot;
    try {
      const bots = await this.#options.rows.use((rows) => rows.bots());
      return bots.length === 1 ? (bots[0] ?? USUAL_BOT) : USUAL_BOT;
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return USUAL_BOT;
    }
  }

  async close(): Promise<void> {
    await this.#options.keeper.close();
    await this.#options.rows.close();
  }

  async #findOrNot(queries: readonly IdQuery[]): Promise<(WarmId | null)[]> {
    try {
      return await this.#find(queries);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return queries.map((query) => pick(withReports([], this.#waiting(query.key, query.bot)), query));
    }
  }

  /** Throws LedgerError where the ledger gave no answer. */
  async #find(queries: readonly IdQuery[]): Promise<(WarmId | null)[]> {
    const keys = [...new Set(queries.map(({ key }) => key))];
    const [rows, reports] = await this.#read(keys);
    const unnamed = queries.some(({ bot = this.#options.bot }) => bot === undefined);
    const usual = unnamed ? await this.botOf({}) : USUAL_BOT;
    return queries.map((query) => {
      const bot = query.bot ?? this.#options.bot ?? usual;
      const isIts = (each: { readonly key: string; readonly bot: string }) =>
        each.key === query.key && each.bot === bot;
      const told = [...reports.filter(isIts), ...this.#waiting(query.key, bot)];
      return pick(withReports(rows.filter(isIts).map(kindRowOf), told), query);
    });
  }

  async #read(keys: readonly string[]) {
    try {
      return await this.#options.rows.use((rows) => Promise.all([rows.ofKeys(keys), rows.reportsOf(keys)]));
    } catch (error) {
      if (error instanceof LedgerError) this.#tell(error.message);
      throw error;
    }
  }

  #waiting(key: string, bot: string | undefined): readonly ReportOfKey[] {
    return this.#options.keeper.ofKey(key, bot ?? this.#options.bot ?? USUAL_BOT);
  }

  #tell(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#options.onTrouble(text);
  }
}

/** Where a process writes what its bot reports; what stands there is read together with the ids. */
export function reportsIn(rows: OpenedRows) {
  return {
    ofKey: (): readonly ReportOfKey[] => [],
    keep: (reports: readonly BotReport[]) => rows.use((opened) => opened.add(reports)),
    close: () => {},
  };
}

/** A row as a bot is served by it. */
function kindRowOf({ kind, state, fileId, reason }: RowOfLookup): KindRow {
  const serves = state === "ready" || state === "weak";
  const asDocument = state === "as document";
  return {
    kind,
    status: serves ? "ready" : asDocument ? "error" : "warming",
    fileId: serves ? fileId : null,
    weak: state === "weak",
    reason: asDocument ? "came_back_as_document" : reason,
  };
}
