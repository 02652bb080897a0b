import type { Ledger } from "../port.ts";
import { ledgerIn } from "../sql/ledger.ts";
import type { Store } from "../sql/store.ts";
import type { ServerClock } from "./clock.ts";
import type { Database } from "./database.ts";
import { looksBy } from "./moved-looks.ts";

/** A ledger that is read as it is, also before its tables are made; what a plan would write is not written. */
export function planOn(database: Database, clock: ServerClock): Ledger {
  const store: Store = { place: database.place, now: clock.now, owner: "a plan", fence: 0 };
  const ledger = ledgerIn(store, {
    caution: null,
    read: (work) => database.read(work),
    write: (work) => database.plan(work),
    announce: async () => {},
    close: () => database.close(),
  });
  return { ...ledger, ...looksBy(clock, ledger) };
}
