import type { Failure } from "../domain/failure.ts";
import { LedgerError } from "./error.ts";
import type { ImportCounts, ImportingLedger, ImportLine } from "./importing.ts";
import { writeAtOnce } from "./postgres/import-write.ts";
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
  const opened = await (onlyTry ? openTrying(text) : openTaking(text));
  const { database } = opened;
  return {
    place: database.place,
    // Rows are locked one by one, so a transaction is kept short for their sake who wait for one of them.
    isHeld: async () => true,
    take: (lines, force) => take(opened, lines.map(withMoments), { force, onlyTry }),
    close: () => database.close(),
  };
}

async function openTaking(text: string): Promise<ScratchDatabase> {
  const { database, facts } = await openWriting(postgresUrlOf(text), () => {}, process.env);
  return { database, schema: facts.schema, first: [] };
}

async function openTrying(text: string): Promise<ScratchDatabase> {
  const url = postgresUrlOf(text);
  const { database, facts, isCurrent, hasMedia } = await openReading(url, () => {}, process.env);
  if (isCurrent) return { database, schema: facts.schema, first: [] };
  await database.close();
  if (!hasMedia) return openScratch(url, () => {}, process.env);
  throw new LedgerError(
    `${url.place} has tables in its schema ${url.schema} that are not of this version of prewarm; \`prewarm migrate\` adds what they lack`,
    2,
  );
}

async function take(
  { database, schema, first }: ScratchDatabase,
  lines: readonly ImportLine[],
  { force, onlyTry }: { readonly force: boolean; readonly onlyTry: boolean },
): Promise<ImportCounts | Failure> {
  let refused: Failure | null = null;
  const work = function* () {
    try {
      return yield* takeLines(database.place, lines, { force, write: writeAtOnce(schema) });
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
