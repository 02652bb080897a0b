import type { Task } from "../domain/task.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import type { Settlement } from "./settle.ts";

/**
 * Where a dispatcher of a run and one of a worker differ. Whatever changes what this returns rings the dispatcher's
 * bell.
 */
export interface DispatchPolicy {
  /** Whether tasks may still arrive: while they may, an empty queue is no reason to end. */
  readonly isFed: boolean;
  /** Whether nothing may be started for now, with `active` tasks running. */
  isPaused(active: number): boolean;
  /**
   * Deals with a task that no open lane of its bot takes, and which the dispatcher considers finished. Throws
   * LedgerError.
   */
  withoutLane(task: Task): Promise<void>;
}

export interface RunPolicyOptions {
  readonly feeder: { readonly ended: boolean };
  readonly queue: WorkQueue;
  readonly settlement: Settlement;
}

/**
 * A run ends when its source has. A task without a lane fails, and its row stays as it was, for the next run to
 * decide.
 */
export class RunPolicy implements DispatchPolicy {
  readonly #options: RunPolicyOptions;

  constructor(options: RunPolicyOptions) {
    this.#options = options;
  }

  get isFed(): boolean {
    return !this.#options.feeder.ended;
  }

  /** Without a bound of the queue the whole source goes into it first, so that its order holds over everything. */
  isPaused(): boolean {
    return this.#options.queue.capacity === 0 && this.isFed;
  }

  withoutLane(task: Task): Promise<void> {
    return this.#options.settlement.noLane(task, { record: false });
  }
}
