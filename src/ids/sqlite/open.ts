import type { WorkerAddress } from "../open.ts";
import type { Ids } from "../port.ts";
import { ReportKeeper } from "../report-keeper.ts";
import { ToldWorker } from "../told-worker.ts";
import { SqliteIds } from "./ids.ts";
import { realPath } from "./real-path.ts";
import { ReportFile } from "./report-file.ts";

interface OpenSqliteIdsOptions {
  readonly bot: string | undefined;
  /** The worker that is told what cannot be written beside the ledger. */
  readonly reportTo: WorkerAddress | undefined;
  readonly onTrouble: (text: string) => void;
}

/** The ids of the ledger at `path`, which may come later. Opens nothing yet. */
export function openSqliteIds(path: string, { bot, reportTo, onTrouble }: OpenSqliteIdsOptions): Ids {
  const file = realPath(path);
  const keeper = new ReportKeeper({
    file: new ReportFile(file),
    elsewhere: reportTo ? new ToldWorker(reportTo, onTrouble) : null,
    onTrouble,
  });
  return new SqliteIds({ file, shownAs: path, bot, keeper, onTrouble });
}
