import type { Failure } from "../domain/failure.ts";
import { LedgerError } from "./error.ts";
import type { ImportCounts, ImportingLedger, ImportLine } from "./importing.ts";
import type { Database } from "./postgres/database.ts";
import { momentOf } from "./postgres/moment-of.ts";
import { openReading, openWriting, postgresUrlOf } from "./postgres/open.ts";
import { Refused, takeLines } from "./sql/import-lines.ts";

interface PostgresImportOptions {
  readonly url: string;
  /** Nothing is written to it: each transaction is undone. */
  readonly onlyTry: boolean;
}

/**
 * Opens the database at a URL for lines to be taken in, beside whoever writes to it, its tables made where there are none. Throws
 * LedgerError, with `onlyTry` also where the tables are not of this version.
 */
export async function openPostgresImport({
  url: text,
  onlyTry,
}: PostgresImportOptions): Promise<ImportingLedger> {
  const database = await (onlyTry ? openTrying(text) : openTaking(text));
  return {
    place: database.place,
    // Rows are locked one by one, so a transaction is kept short for their sake who wait for one of them.
    isHeld: async () => true,
    take: (lines, force) => take(database, lines.map(withMoments), { force, onlyTry }),
    close: () => database.close(),
  };
}

async function openTaking(text: string): Promise<Database> {
  return (await openWriting(postgresUrlOf(text), () => {}, process.env)).database;
}

async function openTrying(text: string): Promise<Database> {
  const url = postgresUrlOf(text);
  const { database, isCurrent } = await openReading(url, () => {}, process.env);
  if (isCurrent) return database;
  await database.close();
  throw new LedgerError(
    `${url.place} has no tables of this version of prewarm in its schema ${url.schema}; \`prewarm migrate\` makes them`,
    2,
  );
}

async function take(
  database: Database,
  lines: readonly ImportLine[],
  { force, onlyTry }: { readonly force: boolean; readonly onlyTry: boolean },
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
    return await (onlyTry ? database.undone(work) : database.write(work));
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
