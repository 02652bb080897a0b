import { unlessAborted } from "../domain/abort.ts";
import type { Bell } from "../domain/bell.ts";
import type { Emitter } from "../domain/events.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import type { Intake } from "./intake.ts";
import { type Planned, type PlanOptions, plan } from "./plan.ts";
import type { Stop } from "./stop.ts";

export interface FeederOptions {
  readonly intake: Intake;
  readonly bell: Bell;
  readonly events: Emitter;
  readonly stop: Stop;
  readonly plan: PlanOptions;
  /** Objects to warm at most; the run then ends as if the source had. */
  readonly limit?: number | undefined;
  /** Whether a bot has no lane, so that what is queued for it warms nothing. */
  readonly isOut: (bot: string) => boolean;
}

/** Reads the source of a run to its end, no faster than the queue drains. */
export class Feeder {
  readonly #options: FeederOptions;
  #queued = 0;
  #read = 0;
  #bytes = 0;
  #ended = false;

  constructor(options: FeederOptions) {
    this.#options = options;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the source is used up, the limit is reached, or the run drains. A source that fails drains the run. */
  async run(): Promise<void> {
    const { stop } = this.#options;
    try {
      await unlessAborted(this.#readSource(), stop.draining);
    } catch (error) {
      if (!(error instanceof SourceFailed)) throw error;
      const { failure: cause } = error;
      stop.drain({ type: cause.class === "auth" ? "denied" : "source", failure: cause });
    } finally {
      this.#ended = true;
      this.#report();
      this.#options.bell.ring();
    }
  }

  async #readSource(): Promise<void> {
    for await (const page of plan(this.#options.plan)) {
      if (!(await this.#takePage(page))) return;
      this.#report();
    }
  }

  /** False when there is no need to read on. */
  async #takePage(page: readonly Planned[]): Promise<boolean> {
    const { stop, intake, limit = Number.POSITIVE_INFINITY } = this.#options;
    for (const planned of page) {
      if (planned.type === "task") await intake.room();
      // What has ended is told all the same.
      if (stop.draining.aborted && planned.type === "task") continue;
      this.#read += 1;
      const isWork = planned.type === "item" && planned.counts === true;
      if ((await intake.take(planned)) || isWork) this.#count(planned);
      // Right away: the next page of an open pipe may never come.
      if (this.#queued >= limit) return false;
    }
    return !stop.draining.aborted;
  }

  #count(planned: Planned): void {
    if (planned.type !== "task" || !this.#options.isOut(planned.task.bot)) this.#queued += 1;
    if (planned.type === "task") this.#bytes += planned.task.entry.bytes;
  }

  #report(): void {
    const { events, plan: rules } = this.#options;
    const { filtered = 0, listed = 0 } = rules.selection ?? {};
    events.emit("source", { read: this.#read, bytes: this.#bytes, filtered, listed, ended: this.#ended });
  }
}
