import type { Task } from "../domain/task.ts";
import type { LostCall } from "../ledgers/look-port.ts";
import type { LookVerdict } from "../looks/port.ts";

/** A row whose calls were lost. */
export interface DoubtfulRow {
  /** One for each key of its content. */
  readonly tasks: [Task, ...Task[]];
  calls: readonly LostCall[];
  readonly verdicts: Map<LostCall, LookVerdict>;
  isFound: boolean;
}

/** Returns the rows of these tasks. */
export function rowsOf(tasks: readonly Task[]): DoubtfulRow[] {
  const rows = new Map<string, DoubtfulRow>();
  for (const task of tasks) {
    const name = `${task.bot}|${task.kind}|${task.content}`;
    const row = rows.get(name);
    if (row) row.tasks.push(task);
    else rows.set(name, { tasks: [task], calls: [], verdicts: new Map(), isFound: false });
  }
  return [...rows.values()];
}
