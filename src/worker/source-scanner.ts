import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import { type KnownContent, type Planned, type PlanRules, plan } from "../pipeline/plan.ts";
import type { OpenSource } from "../sources/port.ts";

/** Where what a scan finds goes: the queue of this worker, or the ledger for all workers. */
export interface ScanDoor {
  /** Resolves when there is room for one more task. */
  room(): Promise<void>;
  /** True when it was work. Throws LedgerError. */
  take(planned: Planned): Promise<boolean>;
  point(known: KnownContent): Promise<void>;
  /** All that was taken has its effect. Throws LedgerError. */
  flush?(): Promise<void>;
}

type End = Extract<Planned, { type: "item" }>;

interface Seen {
  readonly source: string;
  read: number;
  queued: number;
}

export interface SourceScannerOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly door: ScanDoor;
  /** Whether the task of a bot is left for another pass. */
  readonly skips: (bot: string) => boolean;
  readonly draining: AbortSignal;
  /** Planning rules; the source is opened anew for each pass. */
  readonly rules: PlanRules;
  /** `bucket`, or the path of a manifest. */
  readonly name: string;
  readonly open: () => OpenSource;
}

/** How a pass ended. */
export interface PassEnd {
  /** Why it broke off; null when it did not. */
  readonly failure: Failure | null;
  /** Entries whose object could not be asked (HEAD) for now: another pass has to find them. */
  readonly missed: number;
}

/** Number of complaints that are remembered, so that a bad line is reported once and not at each pass. */
const MOST_TOLD = 1_000;

/** Reads a source from beginning to end at each pass. What is ready costs a lookup and nothing else. */
export class SourceScanner {
  readonly #options: SourceScannerOptions;
  readonly #told = new Set<string>();
  #missed = 0;

  constructor(options: SourceScannerOptions) {
    this.#options = options;
  }

  /** One pass, no faster than the queue drains. Throws LedgerError. */
  async scan(): Promise<PassEnd> {
    const { clock, events, name } = this.#options;
    const began = clock.now();
    const seen: Seen = { source: name, read: 0, queued: 0 };
    this.#missed = 0;
    events.emit("pass", { ...seen, ended: false, ms: 0, failure: null });
    const failure = await this.#read(seen).then(
      () => null,
      (error: unknown) => {
        if (!(error instanceof SourceFailed)) throw error;
        return error.failure;
      },
    );
    events.emit("pass", { ...seen, ended: true, ms: clock.now() - began, failure });
    return { failure, missed: this.#missed };
  }

  async #read(seen: Seen): Promise<void> {
    const { rules, open, draining } = this.#options;
    for await (const page of plan({ ...rules, ...open() })) {
      for (const planned of page) {
        if (draining.aborted) return;
        seen.read += 1;
        if (await this.#take(planned)) seen.queued += 1;
      }
    }
    await this.#options.door.flush?.();
  }

  async #take(planned: Planned): Promise<boolean> {
    const { door, skips, draining } = this.#options;
    if (planned.type === "item") return this.#takeEnd(planned);
    if (skips(planned.task.bot)) return false;
    await door.room();
    return !draining.aborted && (await door.take(planned));
  }

  /**
   * A key that cannot move to its content yet (a bot still lacks it) is pointed again at each pass, without an event.
   */
  async #takeEnd(planned: End): Promise<false> {
    const { door } = this.#options;
    const { item, point } = planned;
    if (!item.left && (item.error?.class === "transient" || item.error?.class === "auth")) this.#missed += 1;
    if (this.#isNews(planned)) await door.take(planned);
    else if (point) await door.point(point);
    return false;
  }

  /**
   * What the last pass found as well is not reported again, or it would drown what is new. A refusal of the bucket
   * always is.
   */
  #isNews({ item, point }: End): boolean {
    if (item.error?.class === "auth" && !item.left) return true;
    if ((item.status === "skipped" && !point) || item.left) return false;
    const complaint = [item.where ?? item.key, item.bot, point?.content, item.error?.message].join(" ");
    if (this.#told.has(complaint)) return false;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(complaint);
    return true;
  }
}
