import { LedgerDesk } from "../desk.ts";
import { ReportKeeper } from "../report-keeper.ts";
import { PostgresIds, reportsIn } from "./ids.ts";
import { OpenedRows } from "./rows.ts";

interface PostgresDeskOptions {
  readonly url: string;
  /** Told once of each kind of trouble. */
  readonly onTrouble: (text: string) => void;
}

/** The ids of the ledger in PostgreSQL that this process works on. Connects when it is first asked. */
export function openPostgresDesk({ url, onTrouble }: PostgresDeskOptions): LedgerDesk {
  const rows = new OpenedRows(url);
  const keeper = new ReportKeeper({ file: reportsIn(rows), elsewhere: null, onTrouble });
  const ids = new PostgresIds({ rows, bot: undefined, keeper, onTrouble });
  return new LedgerDesk({
    fileIds: (queries) => ids.fileIds(queries),
    botOf: (report) => ids.botOf(report),
    keep: (named) => rows.use((opened) => opened.add(named)),
    close: () => ids.close(),
  });
}
