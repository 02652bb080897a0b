import type { Clock } from "../domain/clock.ts";
import type { SharedLanes } from "../ledgers/share-port.ts";
import { sizeGapMs } from "./same-size.ts";
import type { SizeSpacing } from "./spacing.ts";

/** Keeps uploads of one size by one bot apart, whichever process makes them. */
export class SharedSameSize implements SizeSpacing {
  readonly #shared: SharedLanes;
  readonly #clock: Clock;

  constructor(shared: SharedLanes, clock: Clock) {
    this.#shared = shared;
    this.#clock = clock;
  }

  take(bot: string, bytes: number, now: number): number | Promise<number> {
    const gapMs = sizeGapMs(bytes);
    if (gapMs === 0) return now;
    const { scale } = this.#clock;
    return this.#shared.takeSize(bot, bytes, gapMs / scale).then((inMs) => this.#clock.now() + inMs * scale);
  }

  giveBack(): void {}
}
