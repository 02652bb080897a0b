import type { Clock } from "../domain/clock.ts";
import type { LaneLeft, SharedLanes, TakenLane } from "../ledgers/share-port.ts";
import type { Lane } from "./lane.ts";

/** What taking lanes and handing them on needs, and whom it tells. */
export interface LaneShareOptions {
  readonly shared: SharedLanes;
  readonly clock: Clock;
  readonly lanes: () => readonly Lane[];
  /** A lane is this process's now, and was another's: it gets a pace that goes on from there. */
  readonly begin: (lane: Lane, taken: TakenLane) => void;
  /** What the next owner has to know. */
  readonly left: (lane: Lane) => LaneLeft;
  /** Forbids calls on a lane before a moment of the engine's clock. */
  readonly hold: (lane: Lane, until: number) => void;
  /** Called when a lane was won or lost. */
  readonly leased: (lane: Lane) => void;
  /** Called to ask whether there is work for a lane, and once no lane can be taken any more. */
  readonly changed: () => void;
  readonly tell: (text: string) => void;
}
