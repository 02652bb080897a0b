import type { IdDesk, IdQuery, IdReport, ReportsTaken, WarmId } from "../port.ts";
import { problemOf } from "../problem-of.ts";
import { RateLimit } from "../rate-limit.ts";
import { ReportKeeper } from "../report-keeper.ts";
import { SqliteIds } from "./ids.ts";
import type { ReportFile } from "./report-file.ts";

export interface SqliteDeskOptions {
  /** The real path of the ledger's file. */
  readonly file: string;
  readonly reports: ReportFile;
  /** Told once of each kind of trouble. */
  readonly onTrouble: (text: string) => void;
}

/** Reports in a minute, of all bots together. */
const PER_MINUTE = 1_000;
/** Seconds after which there may be room again where too many wait to be taken over. */
const FULL_S = 60;

/** The ids of the ledger that this process holds. Reports go the way of all others: into the file beside it. */
export class SqliteDesk implements IdDesk {
  readonly #ids: SqliteIds;
  readonly #reports: ReportFile;
  readonly #limit = new RateLimit(PER_MINUTE);

  constructor({ file, reports, onTrouble }: SqliteDeskOptions) {
    const keeper = new ReportKeeper({ file: reports, elsewhere: null, onTrouble });
    this.#ids = new SqliteIds({ file, shownAs: file, bot: undefined, keeper, onTrouble });
    this.#reports = reports;
  }

  fileIds(queries: readonly IdQuery[]): Promise<(WarmId | null)[]> {
    return this.#ids.fileIds(queries);
  }

  async report(reports: readonly IdReport[]): Promise<ReportsTaken> {
    const good = reports.filter((report) => problemOf(report) === null);
    const { length } = good;
    if (!this.#limit.takes(length)) return { ok: false, retryAfter: this.#limit.wait(length) };
    const named = good.map((report) => ({ ...report, bot: this.#ids.botOf(report) }));
    const isKept = length === 0 || (await this.#reports.keep(named));
    return isKept ? { ok: true, accepted: length } : { ok: false, retryAfter: FULL_S };
  }

  close(): Promise<void> {
    return this.#ids.close();
  }
}
