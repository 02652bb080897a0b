import type { Ledger } from "../port.ts";
import type { OpenDatabase } from "./open-database.ts";
import type { WritingProcess } from "./processes.ts";
import { takeCanaries, takeUnproved } from "./waiting-ids.ts";

type OfPacks = Pick<Ledger, "holdUnproved" | "discard" | "unproved" | "endCanary" | "leftCanaries">;

/** Ids that wait to be tried, and messages that try them: a process has them until they are decided, or it is gone. */
export function packsBy(open: OpenDatabase, { fence }: WritingProcess, ledger: Ledger): OfPacks {
  const { keeper } = open;
  const [holding, ending] = [keeper.holding(ledger.endCanary), keeper.ending(ledger.endCanary)];
  return {
    holdUnproved: keeper.holding(ledger.holdUnproved),
    discard: keeper.ending(ledger.discard),
    unproved: async (bots) => {
      const waiting = await open.write(() => takeUnproved(fence, bots));
      for (const { attempt } of waiting) keeper.begun(attempt);
      return waiting;
    },
    endCanary: (id, end) => (end.state === "ready" ? holding : ending)(id, end),
    leftCanaries: async (bots) => {
      const left = await open.write(() => takeCanaries(fence, bots));
      for (const { canary } of left) keeper.begun(canary);
      return left;
    },
  };
}
