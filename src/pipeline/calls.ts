import type { Bell } from "../domain/bell.ts";
import type { Emitter } from "../domain/events.ts";
import type { Task } from "../domain/task.ts";
import type { Permit } from "../lanes/port.ts";
import type { Pool } from "../queue/pool.ts";
import { begunAhead } from "./ahead-rule.ts";
import type { Outcome } from "./outcome.ts";
import type { PackRunner } from "./packs/pack-runner.ts";
import type { ReadTask } from "./read-ahead.ts";
import type { TaskRunner } from "./task-runner.ts";
import type { Waited } from "./tried.ts";

interface CallsOptions {
  readonly pool: Pool;
  readonly runner: TaskRunner;
  readonly events: Emitter;
  /** Rung when one more may begin early. */
  readonly bell: Bell;
  readonly packs?: PackRunner | undefined;
}

/** A task that is on its way, and whether it began before there was a place for its call. */
export interface Start {
  readonly task: Task;
  readonly permit: Permit;
  readonly waited: Waited;
  readonly read: ReadTask | undefined;
  readonly isAhead: boolean;
}

/** What a try came to, and its task where it has to be tried again, once that is written down. */
interface EndedTry {
  readonly outcome: Outcome;
  readonly settled: Promise<Task | null>;
}

/** Makes tries whose calls have places: from their start, or, begun early, from when they were written down. */
export class Calls {
  readonly #options: CallsOptions;
  /** Tries that began before there was a place for their call, and have none yet. */
  #early = 0;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** Whether one more may begin although all places are taken. */
  get mayBeginEarly(): boolean {
    const { pool, runner } = this.#options;
    return this.#early < begunAhead(pool.concurrency, runner.usual);
  }

  /** Throws LedgerError. */
  make(start: Start): Promise<EndedTry> {
    return start.isAhead ? this.#later(start) : this.#now(start);
  }

  #now(start: Start): Promise<EndedTry> {
    const { events, pool, runner } = this.#options;
    const { task, permit, read } = start;
    return pool.run(async () => {
      events.emit("active", { count: pool.active });
      return this.#after(start, await runner.call(task, permit, read));
    });
  }

  async #later(start: Start): Promise<EndedTry> {
    const { events, pool, runner, bell } = this.#options;
    const { task, permit, read } = start;
    let isEarly = true;
    let ended: EndedTry | undefined;
    const placed = () => {
      if (!isEarly) return;
      isEarly = false;
      this.#early -= 1;
      bell.ring();
    };
    this.#early += 1;
    try {
      const outcome = await runner.call(task, permit, read, (call) =>
        pool.run(async () => {
          placed();
          events.emit("active", { count: pool.active });
          ended = await this.#after(start, await call());
          return ended.outcome;
        }),
      );
      return ended ?? (await this.#after(start, outcome));
    } finally {
      placed();
    }
  }

  async #after({ task, permit, waited }: Start, outcome: Outcome): Promise<EndedTry> {
    const { runner, packs } = this.#options;
    packs?.single(task, permit, outcome);
    const settled = runner.settle(task, outcome, waited);
    // A failure may stop the run, which comes before whatever the place is free for.
    if (outcome.result.type === "failed") await settled;
    return { outcome, settled };
  }
}
