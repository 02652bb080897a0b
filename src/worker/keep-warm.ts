import { onAbort, unlessAborted } from "../domain/abort.ts";
import type { Bell } from "../domain/bell.ts";
import { Dispatcher, type DispatchParts } from "../pipeline/dispatch.ts";
import { Intake, type IntakeParts } from "../pipeline/intake.ts";
import type { PlanRules } from "../pipeline/plan.ts";
import type { Source } from "../sources/port.ts";
import { Absence } from "./absence.ts";
import { Breaker, type BreakerParts } from "./breaker.ts";
import { LaneWatch } from "./lane-watch.ts";
import { type PassEnd, Passes } from "./pass.ts";
import type { WatchedLanes } from "./port.ts";
import { Rows } from "./rows.ts";
import type { Troubles } from "./troubles.ts";
import { Waiting } from "./waiting.ts";

export interface KeepWarmParts
  extends Omit<DispatchParts, "feeding" | "over" | "held" | "strand" | "listFirst" | "lanes">,
    Pick<IntakeParts, "capacity"> {
  readonly lanes: DispatchParts["lanes"] & WatchedLanes;
  readonly bots: readonly string[];
  readonly troubles: Troubles;
  /** Asks, without changing anything, whether R2 and Telegram answer. */
  readonly ask: BreakerParts["ask"];
  /** What passes judge by, and what is asked for by name. */
  readonly rules: { readonly passes: PlanRules; readonly asked: PlanRules };
  readonly source: {
    readonly name: string;
    readonly open: () => Source;
    /** Moments at which to look at it. */
    readonly moments: AsyncIterable<unknown>;
    /** Asks for such a moment soon. */
    readonly nudge: () => void;
  };
  /** Milliseconds of the engine's clock between two looks at the ledger. */
  readonly intervalMs: number;
  /** Rung when something was asked for by name. */
  readonly asked: Bell;
  /** What a first look found to be away already. */
  readonly away: Parameters<Breaker["open"]>[];
  /** False while work is not to be claimed; the bell of the dispatcher is rung when that changes. */
  readonly claiming: () => boolean;
}

/**
 * Keeps everything warm: looks at its source again and again, at what others put into the ledger, and at what was asked
 * for by name, and hands all of it to the lane that is free first, until it is stopped. Troubles outside are waited out.
 * Resolves when it was stopped and what was under way has ended. Throws LedgerError.
 */
export async function keepWarm(parts: KeepWarmParts): Promise<void> {
  const { stop } = parts;
  const all = new Keeping(parts).run().map((loop) =>
    loop.catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  );
  // What is under way still writes to the ledger, also when one of the loops has broken.
  await Promise.allSettled(all);
  await Promise.all(all);
}

/** A pass that broke off, or could not ask for all it read, is tried again this soon; each time in a row twice as late. */
const BROKEN_PASS_MS = 30_000;
const LONGEST_BROKEN_PASS_MS = 3_600_000;

class Keeping {
  readonly #parts: KeepWarmParts;
  readonly #absence: Absence;
  readonly #waiting: Waiting;
  readonly #rows: Rows;
  readonly #watch: LaneWatch;
  readonly #passes: Passes;
  readonly #breaker: Breaker;
  readonly #dispatcher: Dispatcher;
  #broken: (error: unknown) => void = () => {};

  constructor(parts: KeepWarmParts) {
    const { queue, pool, capacity, claiming, rules, source, stop } = parts;
    const judge = { ...rules.asked, force: false, retryWeak: false, only: null };
    const intake = new Intake({ ...parts, judge });
    this.#parts = parts;
    this.#absence = new Absence(parts);
    const common = { ...parts, intake, absence: this.#absence };
    const most = capacity > 0 ? capacity : Number.POSITIVE_INFINITY;
    this.#waiting = new Waiting({
      ...common,
      rules: rules.asked,
      most,
      broken: (error) => this.#broken(error),
    });
    this.#rows = new Rows({ ...common, rules: rules.asked, room: () => most - queue.length });
    this.#watch = new LaneWatch(parts);
    this.#breaker = new Breaker({ ...parts, back: () => this.#again() });
    // Lanes that are all closed are told and tried again by the watch.
    stop.spare((cause) => cause.type === "no_lane" || this.#breaker.takes(cause));
    this.#passes = new Passes({ ...common, rules: rules.passes, name: source.name, open: source.open });
    this.#dispatcher = new Dispatcher({
      ...parts,
      listFirst: false,
      feeding: () => !parts.stop.draining.aborted,
      over: (task) => intake.over(task),
      held: () => !claiming() || this.#breaker.holds(pool.active),
      strand: (task) => this.#strand(task),
    });
  }

  run(): Promise<void>[] {
    for (const [part, failure] of this.#parts.away) this.#breaker.open(part, failure);
    const breaks = new Promise<void>((resolve, reject) => {
      this.#broken = reject;
      onAbort(this.#parts.stop.draining, resolve);
    });
    return [this.#dispatcher.run(), this.#lookAtSource(), this.#lookAtLedger(), this.#lookAtLanes(), breaks];
  }

  async #lookAtSource(): Promise<void> {
    const { source, clock } = this.#parts;
    const moments = source.moments[Symbol.asyncIterator]();
    let cancel = () => {};
    let pause = BROKEN_PASS_MS;
    for (;;) {
      const moment = await this.#unlessDraining(moments.next());
      cancel();
      const end = moment && !moment.done ? await this.#unlessDraining(this.#passes.once()) : null;
      if (!end) return;
      if (this.#isWhole(end)) pause = BROKEN_PASS_MS;
      else {
        cancel = clock.after(pause, source.nudge);
        pause = Math.min(pause * 2, LONGEST_BROKEN_PASS_MS);
      }
    }
  }

  /** Whether there is no need to look again before the next moment; the breaker does that itself when a part is back. */
  #isWhole({ failure, missed }: PassEnd): boolean {
    const { troubles } = this.#parts;
    if (failure && !this.#breaker.takes({ type: "source", failure })) troubles.begin("source", failure);
    else if (!failure) troubles.end("source");
    return failure ? this.#breaker.isOpen : missed === 0;
  }

  /** Null when the worker drains meanwhile: weather that is being waited out must not hold up its end. */
  #unlessDraining<T>(work: Promise<T>): Promise<T | null> {
    return unlessAborted(work, this.#parts.stop.draining);
  }

  async #lookAtLedger(): Promise<void> {
    const { stop, asked, clock, intervalMs } = this.#parts;
    while (!stop.draining.aborted) {
      if (this.#absence.someoneIsBack()) this.#again();
      if (!this.#breaker.isOpen) {
        await this.#unlessDraining(this.#waiting.look());
        if (!stop.draining.aborted) await this.#unlessDraining(this.#rows.look());
      }
      await asked.wait(intervalMs, clock, stop.draining);
    }
  }

  async #lookAtLanes(): Promise<void> {
    const { stop, clock, intervalMs } = this.#parts;
    while (!stop.draining.aborted) {
      await this.#unlessDraining(this.#watch.look());
      await clock.sleep(intervalMs, stop.draining);
    }
  }

  /** Something is back that had been away: all that was passed over is looked at anew. */
  #again(): void {
    this.#waiting.again();
    this.#watch.soon();
    this.#parts.asked.ring();
    this.#parts.source.nudge();
    this.#parts.bell.ring();
  }

  #strand(task: Parameters<Waiting["strand"]>[0]): void {
    this.#waiting.strand(task);
    this.#rows.strand(task);
  }
}
