import type { Task } from "../../domain/task.ts";
import type { Outcome } from "../outcome.ts";

/** What a medium that was refused in a pack came to by itself. */
export type MediumVerdict = "innocent" | "at fault";

/** Media that packs were refused for, until each has gone by itself: that says whether it was the medium or the pack. */
export class RefusedMedia {
  readonly #held = new Set<string>();

  add(task: Task): void {
    this.#held.add(nameOf(task));
  }

  /** Null for one that is none, or whose call says nothing of it: a wait, a broken connection. */
  judge(task: Task, { type, ...rest }: Outcome["result"]): MediumVerdict | null {
    const name = nameOf(task);
    if (!this.#held.has(name)) return null;
    const isRefused = "failure" in rest && rest.failure.class === "media";
    if (type !== "sent" && !isRefused) return null;
    this.#held.delete(name);
    return isRefused ? "at fault" : "innocent";
  }
}

function nameOf({ bot, kind, content }: Task): string {
  return `${bot} ${kind} ${content}`;
}
