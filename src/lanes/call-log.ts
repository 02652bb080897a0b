/** How a call fared with the flood control of its lane. Moments on the engine's clock, in milliseconds. */
export interface SeenCall {
  /** When the server got it. */
  readonly at: number;
  /** When it was let through; null when it was refused. */
  readonly passed: number | null;
  /** Between which moments the server was ready for it; from -Infinity when it let the call through at once. */
  readonly ready: readonly [number, number];
  /** It met a limit: it was refused or held back. */
  readonly met: boolean;
}

/** How long calls are remembered, in milliseconds (minutes are counted, so two at least), and how many at most. */
const REMEMBER_MS = 200_000;
const REMEMBER_CALLS = 600;
/** Number of calls from which the present pace is computed. */
const FEW = 6;

/** What was seen of the last calls of one lane. */
export class CallLog {
  #seen: SeenCall[] = [];
  #passed: number[] = [];

  add(seen: SeenCall): void {
    this.#seen = withoutOld(this.#seen, (each) => each.at < seen.at - REMEMBER_MS);
    this.#seen.push(seen);
    if (seen.passed === null) return;
    this.#passed = withoutOld(this.#passed, (moment) => moment < seen.at - REMEMBER_MS);
    this.#passed.push(seen.passed);
  }

  /** What was seen after that call; all when there is none. */
  after(call: SeenCall | null): readonly SeenCall[] {
    return this.#seen.filter((each) => call === null || each.at > call.at);
  }

  /** When calls were let through, oldest first. */
  get passed(): readonly number[] {
    return this.#passed.slice();
  }

  /** The moment of the nth last call; -Infinity when there were fewer. */
  last(nth: number): number {
    return this.#passed.at(-nth) ?? Number.NEGATIVE_INFINITY;
  }

  /** Rate of the last few calls, in calls a minute; 0 before there are two. */
  recentRate(): number {
    const few = this.#passed.slice(-FEW);
    const [first, last] = [few[0], few.at(-1)];
    if (first === undefined || last === undefined || last <= first) return 0;
    return ((few.length - 1) * 60_000) / (last - first);
  }
}

/** Drops the older half at once when it is too old or there are too many. */
function withoutOld<T>(list: T[], isOld: (each: T) => boolean): T[] {
  const half = list[list.length >> 1];
  const drop = list.length > REMEMBER_CALLS || (list.length > 64 && half !== undefined && isOld(half));
  return drop ? list.slice(list.length >> 1) : list;
}
