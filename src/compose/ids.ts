import type { Config } from "../config/config.ts";
import type { IdDesk } from "../ids/port.ts";
import { SqliteDesk } from "../ids/sqlite/desk.ts";
import { realPath } from "../ids/sqlite/real-path.ts";
import { ReportFile } from "../ids/sqlite/report-file.ts";

/** The ids of the ledger of a configuration, for others who ask this process. Opens nothing yet. */
export function openIdDesk({ ledger }: Pick<Config, "ledger">, onTrouble: (text: string) => void): IdDesk {
  const file = realPath(ledger);
  return new SqliteDesk({ file, reports: new ReportFile(file), onTrouble });
}
