import type { Task } from "../domain/task.ts";
import { Deque } from "./deque.ts";

interface Numbered {
  readonly task: Task;
  readonly turn: number;
}

/**
 * Tasks of one priority and class, first in, first out over all bots; each bot has a deque of its own, so that it can
 * be skipped.
 */
export class TaskClass {
  readonly priority: number;
  readonly rank: number;
  readonly #bots = new Map<string, Deque<Numbered>>();
  #length = 0;
  #lastTurn = 0;
  #firstTurn = 0;

  constructor(priority: number, rank: number) {
    this.priority = priority;
    this.rank = rank;
  }

  /** How many tasks are in here, over all bots. */
  get length(): number {
    return this.#length;
  }

  /** Adds `task` after all others of this class. */
  push(task: Task): void {
    this.#of(task.bot).push({ task, turn: ++this.#lastTurn });
    this.#length++;
  }

  /** Adds `task` before all others of this class. */
  unshift(task: Task): void {
    this.#of(task.bot).unshift({ task, turn: --this.#firstTurn });
    this.#length++;
  }

  /** Removes and returns the first task of an accepted bot; `undefined` when there is none. */
  shift(accept: (bot: string) => boolean): Task | undefined {
    let first: Deque<Numbered> | undefined;
    let turn = Number.POSITIVE_INFINITY;
    for (const [bot, deque] of this.#bots) {
      const front = deque.peek();
      if (front && front.turn < turn && accept(bot)) {
        first = deque;
        turn = front.turn;
      }
    }
    if (!first) return undefined;
    this.#length--;
    return first.shift()?.task;
  }

  #of(bot: string): Deque<Numbered> {
    let deque = this.#bots.get(bot);
    if (!deque) {
      deque = new Deque();
      this.#bots.set(bot, deque);
    }
    return deque;
  }
}
