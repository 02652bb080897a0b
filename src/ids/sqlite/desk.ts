import { LedgerDesk } from "../desk.ts";
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

/** The ids of the ledger in a file that this process holds. */
export function openSqliteDesk({ file, reports, onTrouble }: SqliteDeskOptions): LedgerDesk {
  const keeper = new ReportKeeper({ file: reports, elsewhere: null, onTrouble });
  const ids = new SqliteIds({ file, shownAs: file, bot: undefined, keeper, onTrouble });
  return new LedgerDesk({
    fileIds: (queries) => ids.fileIds(queries),
    botOf: (report) => ids.botOf(report),
    keep: (named) => reports.keep(named),
    close: () => ids.close(),
  });
}
