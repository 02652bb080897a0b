import { LedgerError } from "../../ledgers/error.ts";
import type { PostgresIdRows } from "../../ledgers/postgres-ids.ts";
import type { BotReport, ReportShelf, ShelvedReport } from "../port.ts";
import { OpenedRows } from "./rows.ts";

/** Reports of bots in the database of their ledger. Connects when it is first asked. */
export class PostgresShelf implements ReportShelf {
  readonly #rows: OpenedRows;

  constructor(url: string) {
    this.#rows = new OpenedRows(url);
  }

  pending(type: BotReport["type"], bots: readonly string[], limit: number): Promise<ShelvedReport[]> {
    return this.#attempted((rows) => rows.pending(type, bots, limit), []);
  }

  isDoubted({ bot, key, fileId }: Pick<BotReport, "bot" | "key" | "fileId">): Promise<boolean> {
    return this.#attempted(async (rows) => {
      const reports = await rows.reportsOf([key]);
      return reports.some(
        (report) => report.type === "dead" && report.bot === bot && report.fileId === fileId,
      );
    }, false);
  }

  drop(report: ShelvedReport): Promise<boolean> {
    return this.#attempted((rows) => rows.drop(report).then(() => true), false);
  }

  putOff(report: ShelvedReport, ms: number): Promise<boolean> {
    return this.#attempted((rows) => rows.putOff(report, ms).then(() => true), false);
  }

  close(): Promise<void> {
    return this.#rows.close();
  }

  async #attempted<T>(work: (rows: PostgresIdRows) => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await this.#rows.use(work);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return otherwise;
    }
  }
}
