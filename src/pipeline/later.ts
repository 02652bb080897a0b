import type { Task } from "../domain/task.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import type { ReadAhead, ReadTask } from "./read-ahead.ts";

/** Where tasks wait. */
export interface WaitingRoom {
  readonly queue: WorkQueue;
  readonly ahead: ReadAhead;
}

/** Has a task tried later, with what was read of it if there is room. */
export function later(task: Task, read: ReadTask | undefined, { queue, ahead }: WaitingRoom): void {
  if (read && ahead.keep(read, task)) return;
  read?.drop();
  queue.push(task);
}

/** Puts a task back to where it was taken out, before all others of its class. */
export function putBack(task: Task, read: ReadTask | undefined, { queue, ahead }: WaitingRoom): void {
  if (read && ahead.keep(read, task)) return;
  read?.drop();
  if (task.notBefore > 0) queue.push(task);
  else queue.unshift(task);
}
