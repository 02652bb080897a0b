import { afterEach, beforeEach } from "vitest";
import type { Clock } from "../../src/domain/clock.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import type { LaneAnswers, LaneLeft, SharedLanes, TakenLane } from "../../src/ledgers/share-port.ts";
import { EMPTY_LEDGER, query } from "../helpers/postgres.ts";

export const LANE = { bot: "default", chat: "-1001" };
export const OTHER = { bot: "default", chat: "-1002" };

/** Three processes that share the lanes of a ledger, for each test anew. */
export class LaneScene {
  readonly #url: string;
  #ledgers: Ledger[] = [];

  /** `machineOf` makes the clock of the first one's machine. */
  constructor(url: string, machineOf: () => Clock | undefined = () => undefined) {
    this.#url = url;
    beforeEach(async () => {
      this.#ledgers = [await openPostgresLedger({ url, command: "prewarm worker", machine: machineOf() })];
      for (const command of ["prewarm run", "prewarm run"])
        this.#ledgers.push(await openPostgresLedger({ url, command }));
    });
    afterEach(async () => {
      await Promise.all(this.#ledgers.map((ledger) => ledger.close()));
      await this.sql(EMPTY_LEDGER);
    });
  }

  readonly sql = (statement: string) => query(this.#url, statement);
  readonly one = () => this.#lanes(0);
  readonly two = () => this.#lanes(1);
  readonly three = () => this.#lanes(2);

  /** As if the owner of all lanes had been killed half a minute ago. */
  readonly expire = () => this.sql("update prewarm_lane_leases set lease_until = clock_timestamp()");

  /** Has the wishes for lanes hold for an hour, and not for five seconds, which a busy machine may take for a test. */
  readonly holdWishes = () =>
    this.sql(
      "update prewarm_lane_leases set next_until = clock_timestamp() + interval '1 hour' where next_until is not null",
    );

  ledger(nth: number): Ledger {
    return this.#ledgers[nth] as Ledger;
  }

  #lanes(nth: number): SharedLanes {
    return this.ledger(nth).shared as SharedLanes;
  }
}

export function ours({ lanes }: LaneAnswers): string[] {
  return lanes.filter(({ isOurs }) => isOurs).map(({ chat }) => chat);
}

export function first({ lanes: [lane] }: LaneAnswers): TakenLane {
  return lane as TakenLane;
}

/** What the owner of {@link LANE} leaves. */
export function left(more: Partial<LaneLeft> = {}): LaneLeft {
  const memory = { frozenUntil: 0, pace: null, paceAt: null, migratedTo: null };
  return { ...LANE, ...memory, found: null, nextInMs: 3_000, ...more };
}
