import type { Clock } from "../domain/clock.ts";
import type { FleetLedger, FleetPulse, FleetWorker } from "../ledgers/fleet-port.ts";
import type { Stop } from "../pipeline/stop.ts";
import { assign, takers } from "./assign.ts";

export interface PulseWatchOptions {
  readonly clock: Clock;
  readonly stop: Stop;
  readonly fleet: FleetLedger;
  readonly how: () => FleetPulse;
  /** Hears whether this worker may take work. */
  readonly works: (works: boolean) => void;
  /** Hears whether any worker leads. */
  readonly led: (isLed: boolean) => void;
  /** The number of this worker. */
  readonly worker: number;
}

/** Real milliseconds between two pulses: so long does a worker take to hear that it was stopped. */
const EACH_MS = 5_000;

/** Says that this worker lives and how it is, and hears whether somebody stopped it, or all of them, and who else is there. */
export class PulseWatch {
  readonly #options: PulseWatchOptions;
  #mine: ReadonlySet<string> = new Set();
  /** Among whom it was divided last. */
  #shared = "";

  constructor(options: PulseWatchOptions) {
    this.#options = options;
  }

  /** Whether it is this worker that asks for the lanes of a bot. */
  isMine(bot: string): boolean {
    return this.#mine.has(bot);
  }

  /** Resolves when the worker drains. Throws LedgerError. */
  async run(): Promise<void> {
    const { clock, stop, fleet, how, works, led } = this.#options;
    while (!stop.draining.aborted) {
      const workers = await fleet.pulse(how());
      works(!workers.some(({ id, stopped }) => id === this.#options.worker && stopped));
      led(workers.some(({ leads }) => leads));
      this.#share(workers);
      await clock.sleep(EACH_MS * clock.scale, stop.draining);
    }
  }

  #share(all: readonly FleetWorker[]): void {
    const { worker } = this.#options;
    const workers = takers(all, worker).map(({ id, bots }) => ({ id, bots }));
    const shared = JSON.stringify(workers);
    if (shared === this.#shared) return;
    this.#shared = shared;
    const bots = [...new Set(workers.flatMap((each) => each.bots))];
    this.#mine = assign(bots, workers).get(worker) ?? new Set();
  }

  again(): void {}
}
