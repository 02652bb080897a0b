import type { Config } from "../config/config.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import { NO_REPORTS } from "../ids/no-reports.ts";
import type { IdDesk, ReportShelf } from "../ids/port.ts";
import { PostgresIds } from "../ids/postgres/ids.ts";
import { SqliteDesk } from "../ids/sqlite/desk.ts";
import { realPath } from "../ids/sqlite/real-path.ts";
import { ReportFile } from "../ids/sqlite/report-file.ts";

/** Milliseconds for which the holder of a ledger waits for a bot that is just writing its report. */
const BUSY_MS = 200;

/** The reports of bots beside the ledger of a configuration. Opens nothing yet. */
export function openReportShelf({ ledger }: Pick<Config, "ledger">): ReportShelf {
  if (isPostgres(ledger)) return NO_REPORTS;
  return new ReportFile(realPath(ledger), { busyMs: BUSY_MS });
}

/** The ids of the ledger of a configuration, for others who ask this process. Opens nothing yet. */
export function openIdDesk({ ledger }: Pick<Config, "ledger">, onTrouble: (text: string) => void): IdDesk {
  if (isPostgres(ledger)) return new PostgresIds({ url: ledger, bot: undefined });
  const file = realPath(ledger);
  return new SqliteDesk({ file, reports: new ReportFile(file), onTrouble });
}
