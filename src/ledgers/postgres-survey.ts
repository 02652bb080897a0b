import { workers } from "./postgres/fleet.ts";
import { writerThere } from "./postgres/processes.ts";
import { openLedgerIn } from "./postgres/reading.ts";
import { viewOf } from "./postgres/view.ts";
import { surveyOf } from "./sql/survey.ts";
import type { Survey } from "./survey.ts";
import type { LedgerView } from "./view.ts";

/**
 * Counts what a ledger in PostgreSQL holds, beside whoever writes to it; `unixMs` is now. Throws LedgerError, also (exit code 2)
 * where there is none.
 */
export async function surveyPostgres(
  text: string,
  unixMs: number,
): Promise<LedgerView & Survey & { readonly place: string }> {
  const { database, isCurrent } = await openLedgerIn(text, { patienceMs: 0 });
  try {
    const view = await viewOf(database, null);
    return {
      place: database.place,
      ...view,
      holder: view.holder ?? (await database.read(writerThere)),
      ...(await database.read(() => surveyOf(unixMs, view.lanes))),
      workers: isCurrent ? await database.read(workers) : [],
    };
  } finally {
    await database.close();
  }
}
