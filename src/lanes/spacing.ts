import type { Pace } from "./port.ts";

/**
 * The pace of a bot over all its chats. A moment is returned at once, or later where other processes have to be heard first. Moments on
 * the engine's clock, in milliseconds.
 */
export interface BotPace {
  /** Takes so many slots; returns the moment of the first. */
  take(now: number, slots: number): number | Promise<number>;
  /** No call is made in this slot. */
  giveBack(slotAt: number): void;
}

/** Keeps uploads of one size apart. Moments as those of a {@link BotPace}. */
export interface SizeSpacing {
  /** Books and returns the next moment at which this bot may begin an upload of this many bytes. */
  take(bot: string, bytes: number, now: number): number | Promise<number>;
  /** There is no upload at this moment; it may be lost for others all the same. */
  giveBack(bot: string, bytes: number, slotAt: number): void;
}

/** The pace of a bot that no other process uses. */
export class OwnBotPace implements BotPace {
  readonly #pace: Pace;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  take(now: number, slots: number): number {
    const taken = Array.from({ length: slots }, () => this.#pace.take(now));
    for (const slotAt of taken) this.#pace.left?.(slotAt, slotAt);
    return taken[0] ?? now;
  }

  giveBack(slotAt: number): void {
    this.#pace.giveBack(slotAt);
  }
}
