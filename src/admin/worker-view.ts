import type { Selection } from "../domain/choices.ts";
import type { Pass } from "../domain/events.ts";
import type { Outage } from "../domain/outage.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Snapshot } from "../figures/snapshot.ts";
import type { IdDesk } from "../ids/port.ts";
import type { FleetTarget, FleetWorker } from "../ledgers/fleet-port.ts";

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

/** A worker as the admin server sees it. */
export interface WorkerView {
  /** All figures at this moment; its lanes are those of the status page. */
  snapshot(): Snapshot;
  /** Claiming work: neither stopped by the admin API nor ending. */
  readonly running: boolean;
  /** Ending: a signal was received and calls under way are being finished. */
  readonly stopping: boolean;
  readonly maxQueue: number;
  /** It reads the sources: always where it works alone, one of several that share the work. */
  readonly leads: boolean;
  /** For how many milliseconds work of each bot has waited without a break: of the bots of a fleet, where this worker leads it. */
  backlog(): ReadonlyMap<string, number>;
  /** How each lane uses packs now, and why, for people; none before the worker works. */
  packWords(): readonly { readonly bot: string; readonly chat: string; readonly packs: string }[];
  /** What is out of order now; empty when all is well. */
  readonly troubles: readonly Outage[];
  /** Reads that the 5-minute cache answered, and those it did not. */
  readonly cache: { readonly hits: number; readonly misses: number; readonly bytes: number };
  /** The ids of its ledger. */
  readonly ids: IdDesk;
  /** Rows of the ledger that failed, or are unknown, whenever that was; none before it is known whose ledger it is. */
  badRows(): Promise<{ readonly failed: number; readonly unknown: number }>;
  /** Starts or stops claiming and returns whether it runs now. No place in the queue is lost. */
  control(action: "start" | "stop"): boolean;
  /** The workers that share its work; null where it works alone. */
  readonly fleet: FleetView | null;
  /**
   * Takes manifest entries (as parsed JSON) in, durably before it resolves. All or nothing: a bad entry refuses the whole
   * request and is named in `problem`. An entry that is waiting already counts as a duplicate; one that would not be tried is
   * passed over.
   */
  enqueue(entries: readonly unknown[]): Promise<({ readonly ok: true } & RequestTaken) | RequestRefused>;
  /** Tries rows again that failed, are unknown or weak, as `--only` does in a run; durable before it resolves. */
  retry(what: RetryRequest): Promise<({ readonly ok: true } & RetryTaken) | RequestRefused>;
}

/** A fleet as one of its workers sees it. */
export interface FleetView {
  /** The number of this worker. */
  readonly id: number;
  /** All workers that live. */
  workers(): Promise<readonly FleetWorker[]>;
  /** Stops or starts workers, each of which hears of it within seconds. Returns how many that are; one alone does not start while all are stopped. */
  tell(action: "start" | "stop", whom: FleetTarget): Promise<number | "all_stopped">;
}

/** Rows to try again: all in a state, or those of some keys; of one bot, where its slug is given. */
export type RetryRequest = ({ readonly state: Selection } | { readonly keys: readonly string[] }) & {
  readonly bot: string | undefined;
};

/** What a worker took in. */
interface RequestTaken {
  readonly accepted: number;
  readonly duplicates: number;
  /** What will not be tried, and what to do about it. */
  readonly passedOver: readonly {
    readonly key: string;
    readonly status: string;
    readonly reason: string | null;
    readonly next: string;
  }[];
}

interface RetryTaken extends RequestTaken {
  /** Keys that the ledger has no row of. */
  readonly notFound: readonly string[];
}

interface RequestRefused {
  readonly ok: false;
  readonly problem: string;
  /** Nothing is wrong with the request: the worker ends, and another one will take it. */
  readonly ending?: true;
}

/** What Prometheus reads. */
export interface MetricsText {
  /** Content-Type of the text. */
  readonly type: string;
  text(): Promise<string>;
}

/** A minute of the last hour. */
export interface Minute {
  /** Unix milliseconds of its begin. */
  readonly at: number;
  /** Items that got an id (ready and weak). */
  readonly done: number;
  readonly failed: number;
  readonly unknown: number;
  /** Bytes of the items that got an id. */
  readonly bytes: number;
  /** Milliseconds of work (download and send), over the items that were tried; null without any. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** The most tasks that were seen waiting. */
  readonly depth: number;
}

/** An item that failed, or may have been posted. */
export interface LastFailure {
  /** Unix milliseconds. */
  readonly at: number;
  readonly status: "failed" | "unknown";
  readonly bot: string | null;
  /** The key, or the place in the manifest; cut where it is long. */
  readonly key: string;
  /** The whole key, by which it can be tried again; null for an entry without one. */
  readonly again: string | null;
  readonly chat: string | null;
  readonly reason: Reason;
  readonly message: string;
  /** The way out. */
  readonly next: string;
}

/** The end of a pass, and when it came, in Unix milliseconds. */
export interface LastPass extends Pass {
  readonly at: number;
}

/** What the status page shows of the past, in memory that does not grow. */
export interface HistoryView {
  /** The last hour, oldest first, minutes without anything included; the last one is still being filled. */
  minutes(): readonly Minute[];
  /** The last 20, newest first. */
  failures(): readonly LastFailure[];
  /** The last ten that ended, newest first. */
  passes(): readonly LastPass[];
  /** Sources that are being read just now. */
  reading(): readonly string[];
}
