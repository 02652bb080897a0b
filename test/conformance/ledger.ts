import { describe } from "vitest";
import { adoptingConformance } from "./ledger-adopting.ts";
import { attemptConformance } from "./ledger-attempts.ts";
import { confirmConformance } from "./ledger-confirm.ts";
import { edgeConformance } from "./ledger-edges.ts";
import { lookConformance } from "./ledger-looks.ts";
import { lookupConformance } from "./ledger-lookup.ts";
import { packConformance } from "./ledger-packs.ts";
import { queueConformance } from "./ledger-queue.ts";
import { reportedConformance } from "./ledger-reported.ts";
import { identityConformance, pointConformance, selectConformance } from "./ledger-selecting.ts";
import { backoffConformance, warmingConformance } from "./ledger-warming.ts";
import type { OpenLedger } from "./tested-ledger.ts";

/** What every ledger promises; `open` gives a fresh one for each test. */
export function ledgerConformance(name: string, open: OpenLedger): void {
  describe(`the ledger in ${name}`, () => {
    lookupConformance(open);
    attemptConformance(open);
    confirmConformance(open);
    selectConformance(open);
    queueConformance(open);
    warmingConformance(open);
    backoffConformance(open);
    pointConformance(open);
    reportedConformance(open);
    adoptingConformance(open);
    lookConformance(open);
    packConformance(open);
    edgeConformance(open);
    identityConformance(open);
  });
}
