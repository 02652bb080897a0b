import type { Failure } from "../domain/failure.ts";
import { LedgerError } from "./error.ts";
import type { ImportCounts, ImportingLedger, ImportLine } from "./importing.ts";
import type { Database } from "./postgres/database.ts";
import { momentOf } from "./postgres/moment-of.ts";
import {
  openReading,
  openScratch,
  openWriting,
  postgresUrlOf,
  type ScratchDatabase,
} from "./postgres/open.ts";
import { Refused, takeLines } from "./sql/import-lines.ts";

interface PostgresImportOptions {
  readonly url: string;
  /** Nothing is written to it: each transaction is undone. */
  readonly onlyTry: boolean;
}

/**
 * Opens the database at a URL for lines to be taken in, beside whoever writes to it, its tables made where there are none. Throws
 * LedgerError, with `onlyTry` also where there are tables that are not of this version.
 */
export async function openPostgresImport({
  url: text,
  onlyTry,
}: PostgresImportOptions): Promise<ImportingLedger> {
  const { database, first } = await (onlyTry ? openTrying(text) : openTaking(text));
  return {
    place: database.place,
    // Rows are locked one by one, so a transaction is kept short for their sake who wait for one of them.
    isHeld: async () => true,
    take: (lines, force) => take(database, lines.map(withMoments), { force, onlyTry, first }),
    close: () => database.close(),
  };
}

async function openTaking(text: string): Promise<ScratchDatabase> {
  const { database } = await openWriting(postgresUrlOf(text), () => {}, process.env);
  return { database, first: [] };
}

async function openTrying(text: string): Promise<ScratchDatabase> {
  const url = postgresUrlOf(text);
  const { database, isCurrent, hasMedia } = await openReading(url, () => {}, process.env);
  if (isCurrent) return { database, first: [] };
  await database.close();
  if (!hasMedia) return openScratch(url, () => {}, process.env);
  throw new LedgerError(
    `${url.place} has tables in its schema ${url.schema} that are not of this version of prewarm; \`prewarm migrate\` adds what they lack`,
    2,
  );
}

async function take(
  database: Database,
  lines: readonly ImportLine[],
  {
    force,
    onlyTry,
    first,
  }: { readonly force: boolean; readonly onlyTry: boolean; readonly first: readonly string[] },
): Promise<ImportCounts | Failure> {
  let refused: Failure | null = null;
  const work = function* () {
    try {
      return yield* takeLines(database.place, lines, force);
    } catch (error) {
      if (error instanceof Refused) refused = error.failure;
      throw error;
    }
  };
  try {
    return await (onlyTry ? database.undone(work, first) : database.write(work));
  } catch (error) {
    if (refused !== null) return refused;
    throw error;
  }
}

/** Moments as the tables of PostgreSQL take them: a file may have seconds or milliseconds since 1970, or nothing. */
function withMoments({ where, row }: ImportLine): ImportLine {
  const moments = Object.entries(row).filter(([name, value]) => name.endsWith("_at") && value !== null);
  return {
    where,
    row: { ...row, ...Object.fromEntries(moments.map(([name, at]) => [name, momentOf(String(at))])) },
  };
}
