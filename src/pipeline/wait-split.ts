import type { Task } from "../domain/task.ts";
import type { ReadTask } from "./read-ahead.ts";
import type { Waited } from "./tried.ts";

/** Splits an item's wait into queue time and lane time. Moments on the engine's clock. */
export class WaitSplit {
  #placeFreeSince: number;
  #lastStart = Number.NEGATIVE_INFINITY;

  /** `now`: from then on there are places. */
  constructor(now: number) {
    this.#placeFreeSince = now;
  }

  /** A place became free where there was none. */
  placeFree(now: number): void {
    this.#placeFreeSince = now;
  }

  /** Something was started. */
  started(now: number): void {
    this.#lastStart = now;
  }

  /**
   * What starts now waited for a lane from the moment at which nothing else kept it from starting; before that, as far as it was not being
   * read, in the queue.
   */
  of(task: Task, now: number, read: ReadTask | undefined): Waited {
    const head = Math.min(
      now,
      Math.max(this.#placeFreeSince, this.#lastStart, task.queuedAt, task.notBefore, read?.at ?? 0),
    );
    return { queue: head - task.queuedAt - (read?.ms ?? 0), lane: now - head };
  }
}
