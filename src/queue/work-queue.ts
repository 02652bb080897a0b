import { waitUnlessAborted } from "../domain/abort.ts";
import type { Order } from "../domain/choices.ts";
import type { Task } from "../domain/task.ts";
import { Deferred } from "./deferred.ts";
import { classOf } from "./order.ts";
import { TaskClass } from "./task-class.ts";

/** Size and order of a {@link WorkQueue}. */
export interface WorkQueueOptions {
  /** From this many tasks on {@link WorkQueue.room} waits; 0 for no bound. */
  readonly capacity: number;
  readonly order: Order;
  /** Unix milliseconds, for the order `recent`. */
  readonly wall: () => number;
}

/**
 * Up to this many empty classes are kept: enough for one priority, and no leak when every entry has a priority of its
 * own.
 */
const KEPT_CLASSES = 64;

const anyBot = () => true;

/**
 * Waiting tasks in the order in which they are to go: by priority, then by class (see {@link classOf}), then first in, first
 * out. Callers bound its memory by awaiting {@link WorkQueue.room} before each push; nothing is ever refused or dropped.
 * A task with a `notBefore` is set aside and returns to the front of its class at that moment.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #classes: TaskClass[] = [];
  readonly #deferred = new Deferred();
  readonly #waiting = new Set<() => void>();
  #ready = 0;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Tasks at which {@link WorkQueue.room} begins to wait; 0 for no bound. */
  get capacity(): number {
    return this.#options.capacity;
  }

  /** All tasks in here, deferred ones included. */
  get length(): number {
    return this.#ready + this.#deferred.length;
  }

  /** Adds a task, also beyond the capacity: a task that was started must be able to come back. */
  push(task: Task): void {
    if (task.notBefore > 0) {
      this.#deferred.push(task);
      return;
    }
    this.#classFor(task).push(task);
    this.#ready++;
  }

  /** Puts a task back before all others of its class. */
  unshift(task: Task): void {
    this.#classFor(task).unshift(task);
    this.#ready++;
  }

  /**
   * Removes and returns the first task that may start at `now` (engine's clock) and whose bot is accepted; `undefined` when
   * there is none.
   * @param accept Called at most once for each bot of each class.
   */
  shift(now: number, accept: (bot: string) => boolean = anyBot): Task | undefined {
    this.#returnDue(now);
    if (this.#ready === 0) return undefined;
    for (let at = 0; at < this.#classes.length; at++) {
      const tasks = this.#classes[at];
      const task = tasks && tasks.length > 0 ? tasks.shift(accept) : undefined;
      if (!tasks || !task) continue;
      if (tasks.length === 0 && this.#classes.length > KEPT_CLASSES) this.#classes.splice(at, 1);
      this.#ready--;
      this.#wakeIfRoom();
      return task;
    }
    return undefined;
  }

  /**
   * Returns in how many milliseconds of the engine's clock the next of the tasks set aside is due; Infinity where there is none. It is Infinity as well where one is due
   * by now: that is handed out by the next {@link shift}, and time alone changes nothing.
   */
  dueInMs(now: number): number {
    const due = this.#deferred.nextDue;
    return due === null || due <= now ? Number.POSITIVE_INFINITY : due - now;
  }

  /**
   * Resolves as soon as there are fewer tasks than the capacity, or the signal aborts; never rejects. Meant for one
   * feeder.
   */
  async room(signal?: AbortSignal): Promise<void> {
    while (this.#isFull() && !signal?.aborted) {
      await waitUnlessAborted((wake) => {
        this.#waiting.add(wake);
        return () => this.#waiting.delete(wake);
      }, signal);
    }
  }

  #isFull(): boolean {
    return this.#options.capacity > 0 && this.length >= this.#options.capacity;
  }

  #wakeIfRoom(): void {
    if (this.#waiting.size > 0 && !this.#isFull()) for (const wake of this.#waiting) wake();
  }

  /** Returns due tasks to their classes, the last first, so that the one that was due first ends up in front. */
  #returnDue(now: number): void {
    const due = this.#deferred.nextDue;
    if (due === null || due > now) return;
    for (const task of this.#deferred.takeDue(now).reverse()) this.unshift(task);
  }

  #classFor(task: Task): TaskClass {
    const priority = task.entry.priority ?? 0;
    const rank = classOf(task, this.#options.order, this.#options.wall());
    const at = this.#indexOf(priority, rank);
    const found = this.#classes[at];
    if (found?.priority === priority && found.rank === rank) return found;
    const made = new TaskClass(priority, rank);
    this.#classes.splice(at, 0, made);
    return made;
  }

  /** Finds by binary search where the class is, or would be. */
  #indexOf(priority: number, rank: number): number {
    let [low, high] = [0, this.#classes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#classes[middle];
      const isEarlier =
        other && (other.priority > priority || (other.priority === priority && other.rank < rank));
      if (isEarlier) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
