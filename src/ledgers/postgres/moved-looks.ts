import type { Ledger } from "../port.ts";
import type { ServerClock } from "./clock.ts";

interface Times {
  readonly startedAt: number;
  readonly endedAt: number;
}

type LooksOfLedger = Pick<Ledger, "lostCalls" | "neighbours" | "leftLooks" | "lostProbes">;

/**
 * What is asked about lost messages, with its moments on the clock of this machine: whoever looks for them compares these with what that
 * says, which may be minutes off that of the database, by which the ledger writes them down.
 */
export function looksBy(clock: ServerClock, ledger: LooksOfLedger): LooksOfLedger {
  const here = <T extends Times>(each: T): T => ({
    ...each,
    startedAt: clock.here(each.startedAt),
    endedAt: clock.here(each.endedAt),
  });
  return {
    lostCalls: async (rows) => (await ledger.lostCalls(rows)).map((calls) => calls.map(here)),
    neighbours: async (around) => {
      const [startedAt, settledAt] = [clock.there(around.startedAt), clock.there(around.settledAt)];
      return (await ledger.neighbours({ ...around, startedAt, settledAt })).map(here);
    },
    leftLooks: async (bots) =>
      (await ledger.leftLooks(bots)).map((look) => ({ ...look, startedAt: clock.here(look.startedAt) })),
    lostProbes: async (bots) => (await ledger.lostProbes(bots)).map(here),
  };
}
