/** How long calls are remembered, in milliseconds. */
const REMEMBER_MS = 130_000;
const FEW = 6;

/** When calls of one lane were let through, on the engine's clock. */
export class CallLog {
  #moments: number[] = [];

  add(moment: number): void {
    this.#moments.push(moment);
    if (this.#moments.length > 64 && (this.#moments[this.#moments.length >> 1] ?? 0) < moment - REMEMBER_MS)
      this.#moments = this.#moments.slice(this.#moments.length >> 1);
  }

  inLast(ms: number, now: number): number {
    return this.#since(now - ms).length;
  }

  /** The moment of the nth last call; -Infinity when there were not so many. */
  last(nth: number): number {
    return this.#moments.at(-nth) ?? Number.NEGATIVE_INFINITY;
  }

  /** Calls a minute by the time between the last two; 0 before there are two. */
  lastRate(): number {
    const [before, last] = this.#moments.slice(-2);
    return before === undefined || last === undefined ? 0 : 60_000 / Math.max(last - before, 1);
  }

  /** Calls a minute of the last few calls; 0 before there are two. */
  recentRate(): number {
    const few = this.#moments.slice(-FEW);
    const [first, last] = [few[0], few.at(-1)];
    return first === undefined || last === undefined || last === first ? 0 : ((few.length - 1) * 60_000) / (last - first);
  }

  /** Calls a minute over the last minute, or over the time since the first call where that is shorter. */
  ratePerMinute(now: number): number {
    return this.rateSince(now - 60_000, now);
  }

  /** Calls a minute between `from` (or the first call, if later) and `until`. */
  rateSince(from: number, until: number): number {
    const first = this.#moments[0] ?? until;
    const since = Math.max(from, first);
    return (this.#since(from).length * 60_000) / Math.max(until - since, 1_000);
  }

  #since(from: number): number[] {
    let at = this.#moments.length;
    while (at > 0 && (this.#moments[at - 1] ?? 0) > from) at -= 1;
    return this.#moments.slice(at);
  }
}
