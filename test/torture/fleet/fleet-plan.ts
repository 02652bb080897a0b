import type { OwnPostgres } from "../../helpers/own-postgres.ts";
import type { Tools } from "../life.ts";
import { LISTED } from "./arrivals.ts";
import type { Trouble } from "./troubles.ts";

/** A fleet that is tortured. */
export interface FleetPlan {
  readonly seed: number;
  readonly workers: number;
  readonly bots: number;
  readonly chats: number;
  /** Minutes of trouble; what it takes afterwards until all is ready comes on top. */
  readonly minutes: number;
  readonly pack: boolean;
  readonly pauses: FleetPauses;
  /** What happens first, one after another; the seed draws the rest. */
  readonly troubles?: readonly Trouble[];
}

/** Real milliseconds. */
export interface FleetPauses {
  /** Between two troubles, and between two kinds of work. */
  readonly trouble: number;
  readonly work: number;
  /** Between a lost call and the look for it: longer than a process is stopped, so that a call that it had begun has been carried out. */
  readonly lookAfter: number;
  /** Between two listings. */
  readonly list: number;
  /** Between two commands for what is in doubt. */
  readonly again: number;
  /** Without a row that became ready for so long nothing more is expected. */
  readonly stall: number;
}

/** Those of a fleet that is tortured for minutes or hours. */
export const LONG_PAUSES: FleetPauses = {
  trouble: 7_000,
  work: 4_000,
  lookAfter: 150_000,
  list: 60_000,
  again: 45_000,
  stall: 360_000,
};

/** Where and by what it is played. */
export interface FleetStage {
  readonly tools: Tools;
  readonly server: OwnPostgres;
  readonly say: (line: string) => void;
  /** Hears of each trouble and each end. */
  readonly tell?: ((line: string) => void) | undefined;
  readonly stop?: AbortSignal | undefined;
}

/** What each worker is started with. */
export function argsOf({ pauses }: FleetPlan): readonly string[] {
  return ["worker", "--port", "0", "--prefix", LISTED, "--list-interval", `${pauses.list}ms`];
}

/** What each of its processes has in its environment, besides where the far ends are. */
export function settingsOf({ pack, pauses }: FleetPlan): Record<string, string> {
  return {
    PREWARM_PACE: "documented",
    PREWARM_PACK: pack ? "4" : "off",
    PREWARM_STALL_TIMEOUT: "5s",
    PREWARM_ANSWER_TIMEOUT: "10s",
    PREWARM_LOOK_AFTER: `${pauses.lookAfter}ms`,
    MEDIA_PREWARM_CONCURRENCY: "8",
    PREWARM_TEST_FLEET_ON_ANY_NODE: "1",
  };
}
