import { LedgerError } from "../error.ts";
import { surveyOf } from "../sql/survey.ts";
import type { Survey } from "../survey.ts";
import type { LedgerView } from "../view.ts";
import { readView } from "./inspect.ts";
import { reading, tablesOf } from "./reading.ts";

/**
 * Counts what the database at `path` holds, also while another process writes to it; `unixMs` is now. Returns null where
 * there is none. Throws LedgerError when it cannot be read, a newer prewarm made it, or it has neither `media_store` nor
 * `media_cache`.
 */
export function surveySqlite(path: string, unixMs: number): (LedgerView & Survey) | null {
  return reading(path, "readable", (db, file) => {
    const tables = tablesOf(db);
    if (!tables.has("media_store") && !tables.has("media_cache")) {
      throw new LedgerError(
        `${path} holds no ledger (neither media_store nor media_cache); name the right file with --ledger, or let \`prewarm run\` make one`,
        2,
      );
    }
    const view = readView(db, null, file);
    return { ...view, ...db.play(surveyOf(unixMs, view.lanes)) };
  });
}
