import type { WorkerAddress } from "../open.ts";
import type { Ids } from "../port.ts";
import { ReportKeeper } from "../report-keeper.ts";
import { ToldWorker } from "../told-worker.ts";
import { PostgresIds, reportsIn } from "./ids.ts";
import { OpenedRows } from "./rows.ts";

interface OpenPostgresIdsOptions {
  readonly url: string;
  readonly bot: string | undefined;
  /** The worker that is told what cannot be written beside the ledger. */
  readonly reportTo: WorkerAddress | undefined;
  readonly onTrouble: (text: string) => void;
}

/** Opens the ids of a ledger in PostgreSQL; connects when it is first asked. */
export function openPostgresIds({ url, bot, reportTo, onTrouble }: OpenPostgresIdsOptions): Ids {
  const rows = new OpenedRows(url);
  const keeper = new ReportKeeper({
    file: reportsIn(rows),
    elsewhere: reportTo ? new ToldWorker(reportTo, onTrouble) : null,
    onTrouble,
  });
  return new PostgresIds({ rows, bot, keeper, onTrouble });
}
