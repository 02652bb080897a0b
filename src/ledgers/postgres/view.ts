import type { Identity } from "../port.ts";
import { readFacts } from "../sql/facts.ts";
import { strangerTo } from "../sql/identity.ts";
import { lanes } from "../sql/lanes.ts";
import { measures } from "../sql/measures.ts";
import { proofs } from "../sql/proofs.ts";
import { versionOf } from "../sql/version.ts";
import { countsOf } from "../sql/view.ts";
import type { LedgerView } from "../view.ts";
import type { Database } from "./database.ts";
import { workerThere } from "./processes.ts";

/** Returns what a reader sees of a database, ours or one to be used later. Throws LedgerError. */
export async function viewOf(database: Database, identity: Identity | null): Promise<LedgerView> {
  const { place } = database;
  const facts = await database.read(readFacts);
  return {
    schemaVersion: versionOf(place, facts),
    holder: await database.read(workerThere),
    ...(await database.read(countsOf)),
    lanes: await database.read(lanes),
    measured: measures(facts),
    proofs: await database.read(proofs),
    stranger: identity && (await database.read(() => strangerTo(place, identity, facts))),
  };
}
