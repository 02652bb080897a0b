import type { PlatformBot } from "../platform-port.ts";
import type { Ledger } from "../port.ts";
import { all, type Steps } from "../sql/steps.ts";
import type { Database } from "./database.ts";
import type { TableFacts } from "./translate.ts";

function bots(): Steps<PlatformBot[]> {
  return all<PlatformBot>(
    "select cast(slug as text) as slug, cast(warmup_chat_id as text) as chat from bots where slug is not null order by 1",
  );
}

/** The bots of the platform whose database this is, where that has its table of them. */
export async function platformBots(
  database: Database,
  { hasBots }: TableFacts,
): Promise<readonly PlatformBot[]> {
  return hasBots ? database.read(bots) : [];
}

/** The ledger, which also knows them. */
export function withBots(ledger: Ledger, database: Database, facts: TableFacts): Ledger {
  return { ...ledger, platformBots: () => platformBots(database, facts) };
}
