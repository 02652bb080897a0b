import type { Failure } from "../domain/failure.ts";
import type { Snapshot } from "../reporters/port.ts";

/** The admin API's own words (`GET .../metrics`), to the letter. */
export interface AdminMetrics {
  readonly queue_size: number;
  readonly processing_count: number;
  readonly active_workers: number;
  readonly max_concurrency: number;
  readonly max_queue_size: number;
  /** `active_workers` of `max_concurrency`, in whole percent. */
  readonly utilization_pct: number;
  readonly worker_running: boolean;
}

/** A part that is out of order. `since` is Unix milliseconds. */
export interface Trouble {
  readonly part: string;
  readonly failure: Failure;
  readonly since: number;
}

/** A worker as the admin server sees it. */
export interface WorkerView {
  /** All figures at this moment; its lanes are those of the status page. */
  snapshot(): Snapshot;
  /** Claiming work: neither stopped by the admin API nor ending. */
  readonly running: boolean;
  /** Ending: a signal was received and calls under way are being finished. */
  readonly stopping: boolean;
  readonly maxQueue: number;
  /** What is out of order now; empty when all is well. */
  readonly troubles: readonly Trouble[];
  /** Reads that the 5-minute cache answered, and those it did not. */
  readonly cache: { readonly hits: number; readonly misses: number; readonly bytes: number };
  /** Starts or stops claiming; answers whether it runs now. No place in the queue is lost. */
  control(action: "start" | "stop"): boolean;
  /**
   * Takes manifest entries (as parsed JSON) in, durably before it resolves. All or nothing: a bad entry refuses the whole
   * request and is named in `problem`. An entry that is waiting already counts as a duplicate.
   */
  enqueue(
    entries: readonly unknown[],
  ): Promise<
    | { readonly ok: true; readonly accepted: number; readonly duplicates: number }
    | { readonly ok: false; readonly problem: string }
  >;
}
