import type { Task } from "../domain/task.ts";
import type { Judgement } from "../lanes/port.ts";

/** Tasks that were refused by a text that nobody knows, until it shows whose fault that is. Few: many would close their lane. */
export class Held {
  readonly #tasks = new Set<Task>();
  #since = 0;

  get size(): number {
    return this.#tasks.size;
  }

  /** The moment, as it was given, of the last addition. */
  get since(): number {
    return this.#since;
  }

  add(task: Task, now: number): void {
    this.#tasks.add(task);
    this.#since = now;
  }

  /** Takes out one that is judged; null where all wait. */
  takeJudged(
    judge: (task: Task) => Judgement,
  ): { readonly task: Task; readonly verdict: Exclude<Judgement, "wait"> } | null {
    for (const task of this.#tasks) {
      const verdict = judge(task);
      if (verdict === "wait") continue;
      this.#tasks.delete(task);
      return { task, verdict };
    }
    return null;
  }
}
