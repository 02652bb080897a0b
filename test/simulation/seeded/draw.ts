import { type Random, seededRandom } from "../../../src/sandbox/profiles.ts";

/** What a seed decides; the same for the same seed and the same questions. */
export class Draw {
  readonly random: Random;

  /** `stream` keeps what is drawn for one purpose from what is drawn for another. */
  constructor(seed: number, stream: number) {
    this.random = seededRandom(seed * 64 + stream);
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  /** A whole number, both ends included. */
  from(least: number, most: number): number {
    return least + Math.floor((most - least + 1) * this.random());
  }

  /** A whole number from 1 on, small ones far more often than large ones. */
  skewed(most: number): number {
    return Math.ceil(most ** this.random());
  }

  oneOf<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.random() * list.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }
}
