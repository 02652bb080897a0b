import type { WatchedLanes } from "../lanes/port.ts";

export interface BotAvailabilityOptions {
  readonly lanes: WatchedLanes;
  readonly bots: readonly string[];
}

/** A freeze longer than this, in milliseconds, is worth skipping a bot's work. */
const LONG_MS = 30_000;

/**
 * Which bots can send. The work of those that cannot is skipped, so that it does not fill the queue and hold up
 * others, and is searched for again once they can.
 */
export class BotAvailability {
  readonly #options: BotAvailabilityOptions;
  readonly #missed = new Set<string>();

  constructor(options: BotAvailabilityOptions) {
    this.#options = options;
  }

  /** Whether a task of this bot is to be skipped for now; if so, remembers that it was. */
  skips(bot: string): boolean {
    const isAway = this.#isAway(bot) && (!this.#options.lanes.isOpen(bot) || this.present().length > 0);
    if (isAway) this.#missed.add(bot);
    return isAway;
  }

  /** A task of this bot was handed back to where it came from. */
  skipped(bot: string): void {
    this.#missed.add(bot);
  }

  /** Bots that can send now, or soon. */
  present(): string[] {
    return this.#options.bots.filter((bot) => !this.#isAway(bot));
  }

  /** True when a bot whose work was skipped can send again; true once for each. */
  someoneIsBack(): boolean {
    const back = [...this.#missed].filter((bot) => !this.#isAway(bot));
    for (const bot of back) this.#missed.delete(bot);
    return back.length > 0;
  }

  #isAway(bot: string): boolean {
    return this.#options.lanes.whyAway(bot, LONG_MS) !== null;
  }
}
