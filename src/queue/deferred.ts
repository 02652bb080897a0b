import TinyQueue from "tinyqueue";
import type { Task } from "../domain/task.ts";

interface DeferredTask {
  readonly task: Task;
  /** Decides between equal moments: first in, first out. */
  readonly turn: number;
}

function compare(a: DeferredTask, b: DeferredTask): number {
  return a.task.notBefore - b.task.notBefore || a.turn - b.turn;
}

/** Tasks that must not start yet, the one with the earliest `notBefore` first. */
export class Deferred {
  readonly #tasks = new TinyQueue<DeferredTask>([], compare);
  #turn = 0;

  /** How many tasks are in here. */
  get length(): number {
    return this.#tasks.length;
  }

  /** The earliest `notBefore` in here (engine's clock), or null when empty. */
  get nextDue(): number | null {
    return this.#tasks.peek()?.task.notBefore ?? null;
  }

  /** Adds a task; its `notBefore` must be finite. */
  push(task: Task): void {
    this.#tasks.push({ task, turn: this.#turn++ });
  }

  /** Removes and returns every task that is due at `now`, earliest first. */
  takeDue(now: number): Task[] {
    const due: Task[] = [];
    for (let next = this.#tasks.peek(); next && next.task.notBefore <= now; next = this.#tasks.peek()) {
      due.push(next.task);
      this.#tasks.pop();
    }
    return due;
  }
}
