import type { Clock } from "../domain/clock.ts";
import type { FleetLedger, FleetPulse } from "../ledgers/fleet-port.ts";
import type { Stop } from "../pipeline/stop.ts";

export interface PulseWatchOptions {
  readonly clock: Clock;
  readonly stop: Stop;
  readonly fleet: FleetLedger;
  readonly how: () => FleetPulse;
  /** Hears whether this worker may take work. */
  readonly works: (works: boolean) => void;
}

/** Real milliseconds between two pulses: so long does a worker take to hear that it was stopped. */
const EACH_MS = 5_000;

/** Says that this worker lives and how it is, and hears whether somebody stopped it, or all of them. */
export class PulseWatch {
  readonly #options: PulseWatchOptions;

  constructor(options: PulseWatchOptions) {
    this.#options = options;
  }

  /** Resolves when the worker drains. Throws LedgerError. */
  async run(): Promise<void> {
    const { clock, stop, fleet, how, works } = this.#options;
    while (!stop.draining.aborted) {
      works(await fleet.pulse(how()));
      await clock.sleep(EACH_MS * clock.scale, stop.draining);
    }
  }

  again(): void {}
}
