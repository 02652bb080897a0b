/**
 * How long a limit is believed before it is probed. A refusal costs a call, a delay nothing; being unsure should not
 * last.
 */
export const BELIEVE_MS = { refused: 75_000, delayed: 40_000, learned: 60_000, unsure: 20_000 } as const;
/**
 * How long a documented limit that was met is believed: from the first call on, in which time one refusal is enough, and once a probe was
 * refused as well. 0.7 % of calls are refused instead of 1.4, and a limit that is raised is found up to six minutes later. A probe that was
 * held back instead costs no call, and is made again sooner.
 */
export const DOCUMENTED_MS = { first: 300_000, again: 360_000 } as const;

/**
 * Refusals that a lane may risk by probing: two, and one more for every 65 calls. That is three in ten minutes at 12
 * a minute.
 */
const FREE_REFUSALS = 2;
const CALLS_A_REFUSAL = 65;

/** Rations the probes of a lane by what they cost: each may be refused, with all calls that are under way beside it. */
export class ProbeRation {
  #refusals: number;
  #calls: number;

  constructor({ refusals, calls } = { refusals: 0, calls: 0 }) {
    this.#refusals = refusals;
    this.#calls = calls;
  }

  /** What came of calls so far, as {@link ProbeRation} begins with. */
  get record(): { readonly refusals: number; readonly calls: number } {
    return { refusals: this.#refusals, calls: this.#calls };
  }

  passed(): void {
    this.#calls += 1;
  }

  refused(): void {
    this.#refusals += 1;
  }

  /** Whether so many more refusals at a time are affordable. */
  allows(atOnce: number): boolean {
    return this.#refusals + atOnce <= FREE_REFUSALS + this.#calls / (CALLS_A_REFUSAL * atOnce);
  }
}
