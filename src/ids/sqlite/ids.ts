import { LedgerError } from "../../ledgers/error.ts";
import type { Sqlite } from "../../ledgers/sqlite/adapter.ts";
import { isBusy } from "../../ledgers/sqlite/errors.ts";
import { pick } from "../pick.ts";
import type { IdQuery, IdReport, Ids, WarmId } from "../port.ts";
import type { ReportKeeper } from "../report-keeper.ts";
import { withReports } from "../with-reports.ts";
import { HeldFile } from "./file.ts";
import { LedgerRows, type RowsOfKey, USUAL_BOT } from "./rows.ts";

export interface SqliteIdsOptions {
  /** The real path of the ledger's file. */
  readonly file: string;
  /** What it is called in messages. */
  readonly shownAs: string;
  /** Slug of the bot that sends, for queries and reports that name none. */
  readonly bot: string | undefined;
  readonly keeper: ReportKeeper;
  /** Told once of each kind of trouble. */
  readonly onTrouble: (text: string) => void;
}

/** So many queries are answered before other work of this process gets its turn: some 3 ms. */
const AT_ONCE = 100;

/** So many bots are looked for in a ledger that has nothing of them. */
const BOTS = 10;

/** The ids of a ledger in a SQLite file, with what bots reported beside it. It waits for no lock. */
export class SqliteIds implements Ids {
  readonly #options: SqliteIdsOptions;
  readonly #ledger: HeldFile;
  readonly #rows = new LedgerRows();
  readonly #told = new Set<string>();
  readonly #lookedFor = new Set<string>();

  constructor(options: SqliteIdsOptions) {
    this.#options = options;
    this.#ledger = new HeldFile(options.file, (db) => db.exec("pragma query_only = 1"));
  }

  async fileId(query: IdQuery): Promise<WarmId | null> {
    try {
      return this.#find(query);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return null;
    }
  }

  async ask(query: IdQuery): Promise<WarmId | null> {
    return this.#find(query);
  }

  async fileIds(queries: readonly (string | IdQuery)[]): Promise<(WarmId | null)[]> {
    const answers: (WarmId | null)[] = [];
    for (const [at, query] of queries.entries()) {
      if (at > 0 && at % AT_ONCE === 0) await new Promise(setImmediate);
      answers.push(await this.fileId(typeof query === "string" ? { key: query } : query));
    }
    return answers;
  }

  async report(report: IdReport): Promise<void> {
    await this.#options.keeper.keep({ ...report, bot: this.botOf(report) });
  }

  async close(): Promise<void> {
    this.#ledger.letGo();
    await this.#options.keeper.close();
  }

  /** Throws LedgerError where the ledger gave no answer, and nothing else did. */
  #find(query: IdQuery): WarmId | null {
    const read = this.#read(query);
    const { bot, rows } = read instanceof LedgerError ? { bot: this.botOf(query), rows: [] } : read;
    if (rows.length === 0 && !(read instanceof LedgerError)) this.#lookFor(bot);
    const reports = this.#options.keeper.ofKey(query.key, bot);
    const found = pick(reports.length === 0 ? rows : withReports(rows, reports), query);
    if (found === null && read instanceof LedgerError) throw read;
    return found;
  }

  #read({ key, bot = this.#options.bot }: IdQuery): RowsOfKey | LedgerError {
    try {
      return this.#rows.ofKey(this.#db(), key, bot);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#tell(error);
      return error;
    }
  }

  /** Returns the slug of the bot that is meant. */
  botOf({ bot = this.#options.bot }: { readonly bot?: string | undefined }): string {
    if (bot !== undefined) return bot;
    try {
      return this.#rows.bot(this.#db());
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return USUAL_BOT;
    }
  }

  #db(): Sqlite {
    const db = this.#ledger.db();
    if (db) return db;
    throw new LedgerError(
      `${this.#options.shownAs} is not there: nothing is sent by id until a run makes it`,
      2,
      {
        fault: "no_ledger",
      },
    );
  }

  /** A wrong slug looks like a ledger without ids, and nobody would notice. */
  #lookFor(bot: string): void {
    if (this.#lookedFor.has(bot) || this.#lookedFor.size >= BOTS) return;
    this.#lookedFor.add(bot);
    const others = this.#othersThan(bot);
    if (others.length === 0) return;
    const whose = `${this.#options.shownAs} has ids of ${others.join(", ")}, and none of \`${bot}\``;
    this.#options.onTrouble(`${whose}: give the right slug as \`bot\`, or warm for that bot`);
  }

  #othersThan(bot: string): readonly string[] {
    try {
      return this.#rows.others(this.#db(), bot);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return [];
    }
  }

  /** A lock is over soon; whoever takes it may tell of it. */
  #tell(error: LedgerError): void {
    if (isBusy(error) || this.#told.has(error.message)) return;
    this.#told.add(error.message);
    this.#options.onTrouble(error.message);
  }
}
