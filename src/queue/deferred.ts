import type { Task } from "../domain/task.ts";

interface Waiting {
  readonly task: Task;
  /** Decides between equal moments: first in, first out. */
  readonly turn: number;
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.task.notBefore < b.task.notBefore || (a.task.notBefore === b.task.notBefore && a.turn < b.turn);
}

/** Tasks that must not start yet: a binary heap by `notBefore`, earliest on top. */
export class Deferred {
  readonly #heap: Waiting[] = [];
  #turn = 0;

  get length(): number {
    return this.#heap.length;
  }

  /** The earliest `notBefore` in here, or `null` when empty. */
  get nextDue(): number | null {
    return this.#heap[0]?.task.notBefore ?? null;
  }

  push(task: Task): void {
    const waiting = { task, turn: this.#turn++ };
    let at = this.#heap.length;
    this.#heap.push(waiting);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (!parent || !isBefore(waiting, parent)) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = waiting;
  }

  /** Takes every task that is due at `now`, earliest first. */
  takeDue(now: number): Task[] {
    const due: Task[] = [];
    for (let top = this.#heap[0]; top && top.task.notBefore <= now; top = this.#heap[0]) {
      due.push(top.task);
      this.#dropTop();
    }
    return due;
  }

  #dropTop(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    let at = 0;
    for (let child = this.#earlierChild(at); child !== null; child = this.#earlierChild(at)) {
      const below = this.#heap[child];
      if (!below || isBefore(last, below)) break;
      this.#heap[at] = below;
      at = child;
    }
    this.#heap[at] = last;
  }

  #earlierChild(at: number): number | null {
    const left = 2 * at + 1;
    const [a, b] = [this.#heap[left], this.#heap[left + 1]];
    if (!a) return null;
    return b && isBefore(b, a) ? left + 1 : left;
  }
}
