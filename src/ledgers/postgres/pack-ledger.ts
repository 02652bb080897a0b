import type { Failure } from "../../domain/failure.ts";
import type { AttemptId, Ledger } from "../port.ts";
import { doubtUnproved, holdLost } from "../sql/packs.ts";
import type { Store } from "../sql/store.ts";
import { take } from "./leases.ts";
import type { OpenDatabase } from "./open-database.ts";
import type { WritingProcess } from "./processes.ts";
import { leaveUnproved, takeCanaries, takeUnproved } from "./waiting-ids.ts";

type OfPacks = Pick<
  Ledger,
  "holdUnproved" | "holdLost" | "discard" | "leaveUnproved" | "unproved" | "endCanary" | "leftCanaries"
>;

interface PackParts {
  readonly open: OpenDatabase;
  readonly store: Store;
  readonly process: WritingProcess;
}

/** Ids that wait to be tried, and messages that try them: a process has them until they are decided, or it is gone. */
export function packsBy({ open, store, process: { fence } }: PackParts, ledger: Ledger): OfPacks {
  const { keeper } = open;
  const [holding, ending] = [keeper.holding(ledger.endCanary), keeper.ending(ledger.endCanary)];
  return {
    holdUnproved: keeper.holding(ledger.holdUnproved),
    holdLost: async (attempt, confirmation) => {
      await open.write(function* () {
        yield* holdLost(store, attempt, confirmation);
        yield* take(fence, attempt);
      });
      keeper.begun(attempt);
    },
    discard: keeper.ending(ledger.discard),
    leaveUnproved: keeper.ending((id: AttemptId, why?: Failure) =>
      open.write(function* () {
        if (why) yield* doubtUnproved(store, id, why);
        yield* leaveUnproved(fence, id);
      }),
    ),
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
