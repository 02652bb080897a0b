import type { Config } from "../config/config.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import type { IdDesk } from "../ids/port.ts";
import { openPostgresDesk } from "../ids/postgres/desk.ts";
import { openSqliteDesk } from "../ids/sqlite/desk.ts";
import { realPath } from "../ids/sqlite/real-path.ts";
import { ReportFile } from "../ids/sqlite/report-file.ts";

/** The ids of the ledger of a configuration, for others who ask this process. Opens nothing yet. */
export function openIdDesk({ ledger }: Pick<Config, "ledger">, onTrouble: (text: string) => void): IdDesk {
  if (isPostgres(ledger)) return openPostgresDesk({ url: ledger, onTrouble });
  const file = realPath(ledger);
  return openSqliteDesk({ file, reports: new ReportFile(file), onTrouble });
}
