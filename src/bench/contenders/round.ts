import { Phases, type Spans } from "./phases.ts";

const FEW = 3;

/** What one variant did in one round; moments and times in milliseconds of its clock since the round began. */
export class Round {
  readonly phases = new Phases();
  /** Moments at which items ended well. */
  readonly done: number[] = [];
  /** Moments at which items were given a place. */
  readonly begun: number[] = [];
  failed = 0;
  /** What the first failures said, each once. */
  readonly why: string[] = [];
  ended = 0;
  readonly #begin: number;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.#begin = now();
  }

  /** Milliseconds since the round began. */
  get at(): number {
    return this.#now() - this.#begin;
  }

  started(): void {
    this.begun.push(this.at);
  }

  succeeded(spans: Spans): void {
    this.ended = this.at;
    this.done.push(this.ended);
    this.phases.record(spans);
  }

  failedOne(why: string): void {
    this.ended = this.at;
    this.failed += 1;
    if (this.why.length < FEW && !this.why.includes(why)) this.why.push(why);
  }

  /**
   * Items that end well, a minute of the clock, while there is more work than places: the rate at which items are begun
   * after the first `places`, which wait for nothing, times the share that ends well. Null when nothing was begun after them.
   */
  perMinute(places: number): number | null {
    const [first, last] = [this.begun[0], this.begun.at(-1)];
    if (first === undefined || last === undefined || last <= first || this.successRate === null) return null;
    return ((this.begun.length - places) * 60_000 * this.successRate) / (last - first);
  }

  /** 0 to 1; null when nothing was tried. */
  get successRate(): number | null {
    const tried = this.done.length + this.failed;
    return tried > 0 ? this.done.length / tried : null;
  }

  /** Items a minute over time: [seconds, items/min] in windows of `windowMs`. */
  throughput(windowMs: number): [number, number][] {
    const windows = Math.ceil(this.ended / windowMs);
    return Array.from({ length: windows }, (_, index) => {
      const [from, to] = [index * windowMs, Math.min((index + 1) * windowMs, this.ended)];
      const count = this.done.filter((moment) => moment > from && moment <= to).length;
      return [to / 1_000, to > from ? (count * 60_000) / (to - from) : 0];
    });
  }
}
