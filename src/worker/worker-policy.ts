import type { Task } from "../domain/task.ts";
import type { WatchedLanes } from "../lanes/port.ts";
import type { DispatchPolicy } from "../pipeline/dispatch-policy.ts";
import type { Settlement } from "../pipeline/settle.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { Breaker } from "./breaker.ts";

export interface WorkerPolicyOptions {
  readonly stop: Stop;
  readonly breaker: Breaker;
  readonly lanes: WatchedLanes;
  readonly settlement: Settlement;
  /** Takes back the task of a bot that cannot send: what it came from stays, for later or for others. */
  readonly takeBack: (task: Task) => void;
  /** Whether work is claimed now. */
  readonly desk: { readonly running: boolean };
}

/**
 * A worker goes on until it is stopped, and pauses while a part of the outside world is away. It looks again later,
 * so the work of a bot that has no lane stays where it came from, and a kind that no chat takes is recorded, to be
 * tried again.
 */
export class WorkerPolicy implements DispatchPolicy {
  readonly #options: WorkerPolicyOptions;

  constructor(options: WorkerPolicyOptions) {
    this.#options = options;
  }

  get isFed(): boolean {
    return !this.#options.stop.draining.aborted;
  }

  isPaused(active: number): boolean {
    const { desk, breaker } = this.#options;
    return !desk.running || breaker.holds(active);
  }

  async withoutLane(task: Task): Promise<void> {
    const { lanes, settlement, takeBack } = this.#options;
    if (lanes.isOpen(task.bot)) await settlement.noLane(task, { record: true });
    else takeBack(task);
  }
}
