import type { Bell } from "../domain/bell.ts";
import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { LaneBoard } from "../lanes/port.ts";
import type { Pool } from "../queue/pool.ts";
import type { DispatchPolicy } from "./dispatch-policy.ts";
import type { Intake } from "./intake.ts";
import type { WaitingRoom } from "./later.ts";
import type { PackRunner } from "./packs/pack-runner.ts";
import type { Stop } from "./stop.ts";
import type { TaskRunner } from "./task-runner.ts";

/** What a dispatcher moves tasks between. */
export interface DispatcherOptions extends WaitingRoom {
  readonly pool: Pool;
  readonly lanes: LaneBoard;
  /** Rung when a task arrived, a place of the pool or a lane became free, or what the policy says changed. */
  readonly bell: Bell;
  readonly stop: Stop;
  readonly clock: Clock;
  readonly events: Emitter;
  readonly policy: DispatchPolicy;
  readonly runner: TaskRunner;
  /** Is told of each task that has ended, since others may have waited for it. */
  readonly intake: Intake;
  /** Sends several tasks in one message, where that is allowed. */
  readonly packs?: PackRunner | undefined;
}
