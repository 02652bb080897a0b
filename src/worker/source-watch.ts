import { unlessAborted } from "../domain/abort.ts";
import type { Clock } from "../domain/clock.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { Breaker } from "./breaker.ts";
import type { Outages } from "./outages.ts";
import type { PassEnd } from "./source-scanner.ts";

/** The moments at which a source is to be scanned. */
export interface Schedule extends AsyncIterable<unknown> {
  /** Asks for another pass soon. */
  nudge(): void;
}

export interface SourceWatchOptions {
  readonly clock: Clock;
  readonly stop: Stop;
  readonly breaker: Breaker;
  readonly outages: Outages;
  readonly scanner: { scan(): Promise<PassEnd> };
  readonly schedule: Schedule;
}

/**
 * Milliseconds after which a pass is repeated that broke off, or could not check all it read; doubled each time in a
 * row.
 */
const BROKEN_PASS_MS = 30_000;
const LONGEST_BROKEN_PASS_MS = 3_600_000;

/** Scans the source at each moment of its schedule, and sooner after a pass that was incomplete. */
export class SourceWatch {
  readonly #options: SourceWatchOptions;

  constructor(options: SourceWatchOptions) {
    this.#options = options;
  }

  /** Resolves when the worker drains. Throws LedgerError. */
  async run(): Promise<void> {
    const { clock, stop, scanner, schedule } = this.#options;
    const moments = schedule[Symbol.asyncIterator]();
    let cancel = () => {};
    let pause = BROKEN_PASS_MS;
    for (;;) {
      const moment = await unlessAborted(moments.next(), stop.draining);
      cancel();
      const end = moment && !moment.done ? await unlessAborted(scanner.scan(), stop.draining) : null;
      if (!end) return;
      if (this.#isWhole(end)) pause = BROKEN_PASS_MS;
      else {
        cancel = clock.after(pause, () => schedule.nudge());
        pause = Math.min(pause * 2, LONGEST_BROKEN_PASS_MS);
      }
    }
  }

  /** Begins another pass soon: something has recovered. */
  again(): void {
    this.#options.schedule.nudge();
  }

  /** Whether the next pass may wait for its moment; while a part is away the breaker asks for one when it is back. */
  #isWhole({ failure, missed }: PassEnd): boolean {
    const { breaker, outages } = this.#options;
    if (failure && !breaker.takes({ type: "source", failure })) outages.begin("source", failure);
    else if (!failure) outages.end("source");
    return failure ? breaker.isOpen : missed === 0;
  }
}
