import { LedgerError } from "../error.ts";
import type { Database } from "./database.ts";
import { openReading, postgresUrlOf } from "./open.ts";
import type { TellAway } from "./patience.ts";

/** Opens the ledger at `text` for reading. Throws LedgerError, also (exit code 2) where there is none in its schema. */
export async function openLedgerIn(
  text: string,
  {
    tell = () => {},
    patienceMs,
  }: { readonly tell?: TellAway; readonly patienceMs?: number | undefined } = {},
): Promise<{ readonly database: Database; readonly isCurrent: boolean }> {
  const url = postgresUrlOf(text);
  const { database, hasMedia, isCurrent } = await openReading(url, tell, process.env, patienceMs);
  if (hasMedia) return { database, isCurrent };
  await database.close();
  throw new LedgerError(
    `${url.place} holds no ledger in its schema ${url.schema} (neither media_store nor media_cache); name the right one with --ledger or PREWARM_LEDGER, or let \`prewarm run\` or \`prewarm migrate\` make one`,
    2,
    { fault: "no_ledger" },
  );
}
