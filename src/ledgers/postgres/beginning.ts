import { LaneHeld } from "../../domain/shared-work.ts";
import type { AttemptFacts, AttemptId, Ledger } from "../port.ts";
import { beginAllRead, beginRead } from "../sql/begin-read.ts";
import { beginLook } from "../sql/looks.ts";
import { beginCanary } from "../sql/packs.ts";
import { beginProbe } from "../sql/probes.ts";
import type { Steps } from "../sql/steps.ts";
import type { Store } from "../sql/store.ts";
import type { ServerClock } from "./clock.ts";
import { beginLeased, heedLane, take, takeHeeding } from "./leases.ts";
import type { OpenDatabase } from "./open-database.ts";
import type { WritingProcess } from "./processes.ts";
import type { PostgresLanes } from "./shared-lanes.ts";

/** What a ledger in PostgreSQL is made of. */
export interface LeasedParts {
  readonly store: Store;
  readonly process: WritingProcess;
  readonly clock: ServerClock;
  readonly open: OpenDatabase;
  readonly shared: PostgresLanes;
}

/** The methods that begin attempts and looks, each under a lease; what is called for them asks about its lane as it is written down. */
export function beginningIn({ store, process, clock, open, shared }: LeasedParts) {
  const { keeper } = open;
  const leased = (facts: AttemptFacts, nth?: number) => {
    const askedAt = facts.askedAt === undefined ? undefined : clock.there(facts.askedAt);
    return beginLeased(store, process.fence, { ...facts, askedAt }, nth);
  };
  const beginning = async (work: () => Steps<AttemptId>): Promise<AttemptId> => {
    const id = await open.write(work);
    keeper.begun(id);
    return id;
  };
  return {
    begin: (facts) =>
      heeding(
        shared,
        facts,
        beginning(() => leased(facts)),
      ),
    beginRead: async (facts, read) => {
      const begun = open.write(() => beginRead(store, facts, read, () => leased(facts)));
      const answer = await heeding(shared, facts, begun);
      if (answer.type === "begun") keeper.begun(answer.attempt);
      return answer;
    },
    beginAll: async (facts) => {
      const begun = open.write(function* () {
        const begun: AttemptId[] = [];
        for (const [nth, each] of facts.entries()) begun.push(yield* leased(each, nth));
        return begun;
      });
      const ids = await heeding(shared, facts[0], begun);
      for (const id of ids) keeper.begun(id);
      return ids;
    },
    beginAllRead: async (facts, reads) => {
      const begun = open.write(() =>
        beginAllRead(store, facts, reads, (each, _read, nth) => leased(each, nth)),
      );
      const answer = await heeding(shared, facts[0], begun);
      if (answer.type === "begun") for (const id of answer.attempts) keeper.begun(id);
      return answer;
    },
    beginCanary: (id, chatId, tag) => {
      const begun = beginning(function* () {
        const lane = { bot: id.bot, chat: chatId };
        return yield* takeHeeding(process.fence, yield* beginCanary(store, id, chatId, tag), lane);
      });
      return heeding(shared, { bot: id.bot, chatId }, begun);
    },
    beginLook: (look) => {
      const begun = open.write(function* () {
        yield* heedLane(process.fence, { bot: look.bot, chat: look.chatId });
        return yield* beginLook(store, look);
      });
      return heeding(shared, look, begun);
    },
    beginProbe: (post) =>
      beginning(function* () {
        return yield* take(process.fence, yield* beginProbe(store, post));
      }),
  } satisfies Partial<Ledger>;
}

/** Tells those who share lanes of one that is not to be called, which a process may not know yet. */
function heeding<T>(
  lanes: PostgresLanes,
  facts: Pick<AttemptFacts, "bot" | "chatId"> | undefined,
  begun: Promise<T>,
): Promise<T> {
  return begun.catch((error: unknown) => {
    if (error instanceof LaneHeld && facts?.chatId)
      lanes.held({ bot: facts.bot, chat: facts.chatId }, error.forMs);
    throw error;
  });
}
