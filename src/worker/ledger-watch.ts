import { unlessAborted } from "../domain/abort.ts";
import type { Bell } from "../domain/bell.ts";
import type { Clock } from "../domain/clock.ts";
import type { Task } from "../domain/task.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { AskingPace } from "./asking-pace.ts";
import type { BotAvailability } from "./bot-availability.ts";
import type { Breaker } from "./breaker.ts";
import type { DueRows } from "./due-rows.ts";
import type { EnqueuedEntries } from "./enqueued-entries.ts";

export interface LedgerWatchOptions {
  readonly clock: Clock;
  readonly stop: Stop;
  readonly breaker: Breaker;
  readonly availability: BotAvailability;
  readonly entries: EnqueuedEntries;
  readonly rows: DueRows;
  readonly pace: AskingPace;
  /** Whether work is queued or under way. */
  readonly isBusy: () => boolean;
  /** Called after each poll, with the milliseconds of the engine's clock until the next. */
  readonly onPolled: (pauseMs: number) => Promise<void>;
  /** Rung when an entry was enqueued. */
  readonly asked: Bell;
  /** Called when a bot can send again whose work was skipped. */
  readonly onBack: () => void;
}

/** Polls the ledger for enqueued entries and due rows, unless R2 or Telegram is away. */
export class LedgerWatch {
  readonly #options: LedgerWatchOptions;

  constructor(options: LedgerWatchOptions) {
    this.#options = options;
  }

  /** Resolves when the worker drains. Throws LedgerError. */
  async run(): Promise<void> {
    await Promise.race([this.#poll(), this.#options.entries.broken]);
  }

  /** Examines all entries again soon: something has recovered. */
  again(): void {
    const { entries, asked } = this.#options;
    entries.again();
    asked.ring();
  }

  /**
   * Takes back the task of a bot that cannot send: the entry or row that it came from stays in the ledger, for later.
   */
  takeBack(task: Task): void {
    const { entries, rows } = this.#options;
    entries.takeBack(task);
    rows.takeBack(task);
  }

  async #poll(): Promise<void> {
    const { stop, breaker, availability, entries, rows, asked, clock, pace, onBack } = this.#options;
    const { draining } = stop;
    while (!draining.aborted) {
      if (availability.someoneIsBack()) onBack();
      if (!breaker.isOpen) {
        await unlessAborted(entries.poll(), draining);
        if (!draining.aborted) await unlessAborted(rows.poll(), draining);
      }
      if (this.#options.isBusy()) pace.busy();
      const pause = pace.pause();
      await unlessAborted(this.#options.onPolled(pause), draining);
      if ((await asked.wait(pause, clock, draining)) !== null) pace.busy();
    }
  }
}
