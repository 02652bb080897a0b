import type { FleetLedger } from "../fleet-port.ts";
import type { Store } from "../sql/store.ts";
import {
  botsWithWork,
  entriesFed,
  entriesNow,
  fed,
  rank,
  rowsNow,
  unfed,
  unfedEntries,
  unfeed,
  waiting,
} from "./feed.ts";
import { pulse, tell, workers } from "./fleet.ts";
import { keep } from "./keep-work.ts";
import { sweep } from "./leases.ts";
import type { OpenDatabase } from "./open-database.ts";
import { lead, resign } from "./roles.ts";

/** What the ledger in a database has for workers that share its work; `fence` is the number of this process. */
export function fleetIn(open: OpenDatabase, store: Store, fence: number): FleetLedger {
  return {
    waiting: (bots) => open.read(() => waiting(store, bots)),
    sweep: async () => void (await open.write(() => sweep(store))),
    rank: () => open.write(rank),
    unfed: (bots, perBot) => open.read(() => unfed(store, bots, perBot)),
    botsWithWork: (bots) => open.read(() => botsWithWork(store, bots)),
    fed: (rows) => open.write(() => fed(rows)),
    unfedEntries: () => open.read(unfedEntries),
    entriesFed: (ids) => open.write(() => entriesFed(ids)),
    unfeed: (ageS) => open.write(() => unfeed(ageS)),
    rowsNow: (rows) => open.read(() => rowsNow(store, rows)),
    entriesNow: (ids) => open.read(() => entriesNow(ids)),
    keep: (tasks) => open.write(() => keep(store, tasks)),
    lead: (role) => open.writeAlone(() => lead(fence, role)),
    resign: (role) => open.write(() => resign(fence, role)),
    pulse: async (how) => {
      const workers = await open.writeAlone(() => pulse(fence, how));
      open.keeper.renewed();
      return workers;
    },
    workers: () => open.read(workers),
    tell: (action, whom) => open.write(() => tell(action, whom)),
  };
}
