import type { Result } from "../domain/result.ts";
import type { Task } from "../domain/task.ts";
import type { ObjectInfo } from "../storage/port.ts";
import type { Prepared, Transfers } from "../transfers/port.ts";

/** Objects of a bucket, for whoever sends one now. */
export interface ObjectSource {
  /** Asks for size, ETag and type. */
  find(key: string): Promise<Result<ObjectInfo>>;
  /** Makes an object ready for one call. */
  prepare(task: Task): Promise<Result<Prepared>>;
  readonly mode: Transfers["mode"];
  /** Reports how a call by URL ended; see {@link Transfers}. */
  readonly urlResult: Transfers["urlResult"];
  /** False for an object of which a run would make a better id, which is then not reported; without it, all are. */
  keeps?(task: Task): boolean;
  close(): Promise<void>;
}
