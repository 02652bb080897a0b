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

/** The ledger, which also knows the bots of the platform whose database it is in, where that has its table of them. */
export function withBots(ledger: Ledger, database: Database, { hasBots }: TableFacts): Ledger {
  return { ...ledger, platformBots: async () => (hasBots ? database.read(bots) : []) };
}
