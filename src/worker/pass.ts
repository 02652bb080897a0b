import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { Intake } from "../pipeline/intake.ts";
import { type Planned, type PlanOptions, plan } from "../pipeline/plan.ts";
import { type Source, SourceFailed } from "../sources/port.ts";
import type { Absence } from "./absence.ts";

export interface PassParts {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly intake: Intake;
  readonly absence: Absence;
  readonly draining: AbortSignal;
  /** What a pass judges by; its source comes anew each time. */
  readonly rules: Omit<PlanOptions, "source">;
  /** `bucket`, or the path of a manifest. */
  readonly name: string;
  readonly open: () => Source;
}

/** Complaints remembered, so that a bad line is told once and not at each pass. */
const MOST_TOLD = 1_000;

/** Looks at a source from its begin to its end, again and again: what is ready costs nothing but the looking. */
export class Passes {
  readonly #parts: PassParts;
  readonly #told = new Set<string>();

  constructor(parts: PassParts) {
    this.#parts = parts;
  }

  /** One pass, no faster than the queue drains. Answers why it broke off, null when it did not. Throws LedgerError. */
  async once(): Promise<Failure | null> {
    const { clock, events, name } = this.#parts;
    const began = clock.now();
    const seen = { source: name, read: 0, queued: 0 };
    events.emit("pass", { ...seen, ended: false, ms: 0, failure: null });
    const failure = await this.#read(seen).then(
      () => null,
      (error: unknown) => {
        if (!(error instanceof SourceFailed)) throw error;
        return error.failure;
      },
    );
    events.emit("pass", { ...seen, ended: true, ms: clock.now() - began, failure });
    return failure;
  }

  async #read(seen: { read: number; queued: number }): Promise<void> {
    const { rules, open, draining } = this.#parts;
    for await (const page of plan({ ...rules, source: open() })) {
      for (const planned of page) {
        if (draining.aborted) return;
        seen.read += 1;
        if (await this.#take(planned)) seen.queued += 1;
      }
    }
  }

  async #take(planned: Planned): Promise<boolean> {
    const { intake, absence, draining } = this.#parts;
    if (planned.type === "item") {
      if (this.#isNews(planned)) await intake.take(planned);
      return false;
    }
    if (absence.passesOver(planned.task.bot)) return false;
    await intake.room();
    return !draining.aborted && (await intake.take(planned));
  }

  /** What was found so at the last pass is no news: it would drown what is. */
  #isNews({ item, point }: Extract<Planned, { type: "item" }>): boolean {
    if (point) return true;
    if (item.status === "skipped" || item.left) return false;
    const complaint = `${item.where ?? item.key} ${item.error?.message}`;
    if (this.#told.has(complaint)) return false;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(complaint);
    return true;
  }
}
