import type { Task } from "../domain/task.ts";
import { Deferred } from "./deferred.ts";
import { classOf, type Order } from "./order.ts";
import { TaskClass } from "./task-class.ts";

export interface WorkQueueOptions {
  /** Tasks at which {@link WorkQueue.room} begins to wait; 0 for no bound. */
  readonly capacity: number;
  readonly order: Order;
  /** Unix milliseconds, for the order `recent`. */
  readonly wall: () => number;
}

/** Emptied classes are kept up to this number: enough for one priority, and no leak where every entry has its own. */
const KEPT_CLASSES = 64;

const anyBot = () => true;

/**
 * The work that waits, in the order it shall go: by priority, then by class (see {@link classOf}), then as it came.
 * Memory is bounded by asking for {@link WorkQueue.room} before each push; nothing is ever refused or dropped.
 * A task with a `notBefore` waits aside and returns to the front of its class when that moment has come.
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

  /** Takes a task in, also beyond the capacity: what was begun must be able to come back. */
  push(task: Task): void {
    if (task.notBefore > 0) {
      this.#deferred.push(task);
      return;
    }
    this.#classFor(task).push(task);
    this.#ready++;
  }

  /**
   * Takes the first task that may start at `now` (engine's clock) and whose bot is accepted; `undefined` when none may.
   * @param accept Asked at most once for each bot of each class.
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

  /** The earliest `notBefore` of the tasks that wait aside (engine's clock); `null` when none does. */
  nextDue(): number | null {
    return this.#deferred.nextDue;
  }

  /** Resolves as soon as there are fewer tasks than the capacity, or the signal aborts; never rejects. Meant for one feeder. */
  async room(signal?: AbortSignal): Promise<void> {
    while (this.#isFull() && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal?.addEventListener("abort", wake);
      });
    }
  }

  /** Takes everything out, in order, deferred tasks last. */
  drain(): Task[] {
    const tasks: Task[] = [];
    for (const each of this.#classes.splice(0)) {
      for (let task = each.shift(anyBot); task; task = each.shift(anyBot)) tasks.push(task);
    }
    this.#ready = 0;
    const all = tasks.concat(this.#deferred.takeDue(Number.POSITIVE_INFINITY));
    this.#wakeIfRoom();
    return all;
  }

  #isFull(): boolean {
    return this.#options.capacity > 0 && this.length >= this.#options.capacity;
  }

  #wakeIfRoom(): void {
    if (this.#waiting.size > 0 && !this.#isFull()) for (const wake of this.#waiting) wake();
  }

  /** Last first, so that the one that was due first ends up in front. */
  #returnDue(now: number): void {
    const due = this.#deferred.nextDue;
    if (due === null || due > now) return;
    for (const task of this.#deferred.takeDue(now).reverse()) {
      this.#classFor(task).unshift(task);
      this.#ready++;
    }
  }

  #classFor(task: Task): TaskClass {
    const priority = task.entry.priority ?? 0;
    const rank = classOf(task, this.#options.order, this.#options.wall());
    const at = this.#place(priority, rank);
    const found = this.#classes[at];
    if (found?.priority === priority && found.rank === rank) return found;
    const made = new TaskClass(priority, rank);
    this.#classes.splice(at, 0, made);
    return made;
  }

  /** Where the class stands, or would stand: by binary search. */
  #place(priority: number, rank: number): number {
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
