import type { Config } from "../config/config.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import type { IdDesk, ReportShelf } from "../ids/port.ts";
import { openPostgresDesk } from "../ids/postgres/desk.ts";
import { PostgresShelf } from "../ids/postgres/shelf.ts";
import { openSqliteDesk } from "../ids/sqlite/desk.ts";
import { realPath } from "../ids/sqlite/real-path.ts";
import { ReportFile } from "../ids/sqlite/report-file.ts";

/** Milliseconds for which the holder of a ledger waits for a bot that is just writing its report. */
const BUSY_MS = 200;

/** The reports of bots beside the ledger of a configuration. Opens nothing yet. */
export function openReportShelf({ ledger }: Pick<Config, "ledger">): ReportShelf {
  if (isPostgres(ledger)) return new PostgresShelf(ledger);
  return new ReportFile(realPath(ledger), { busyMs: BUSY_MS });
}

/** The ids of the ledger of a configuration, for others who ask this process. Opens nothing yet. */
export function openIdDesk({ ledger }: Pick<Config, "ledger">, onTrouble: (text: string) => void): IdDesk {
  if (isPostgres(ledger)) return openPostgresDesk({ url: ledger, onTrouble });
  const file = realPath(ledger);
  return openSqliteDesk({ file, reports: new ReportFile(file), onTrouble });
}
