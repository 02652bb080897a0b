import { type Clock, toWall } from "../../domain/clock.ts";
import { LatencyHistogram } from "../../domain/latency-histogram.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import type { Minute } from "../worker-view.ts";

const MINUTE_MS = 60_000;
const MINUTES = 60;

interface Filling {
  /** Counted from 0 of the clock. */
  readonly minute: number;
  done: number;
  failed: number;
  unknown: number;
  bytes: number;
  depth: number;
}

/** The last hour by minutes of the engine's clock. Percentiles are kept of past minutes, a histogram only of the present one. */
export class Minutes {
  readonly #clock: Clock;
  readonly #depth: () => number;
  readonly #histogram = new LatencyHistogram(2);
  /** Oldest first; the present minute is not among them. */
  readonly #past: Minute[] = [];
  #filling: Filling;

  /** `depth` is asked for the tasks that wait. */
  constructor(clock: Clock, depth: () => number) {
    this.#clock = clock;
    this.#depth = depth;
    this.#filling = empty(this.#minuteNow(), depth());
  }

  /** Counts an item that was tried. */
  add({ status, bytes, latency, attempts }: ItemResult): void {
    const filling = this.#advance();
    if (status === "failed" || status === "unknown") filling[status]++;
    else if (status === "ready" || status === "weak") {
      filling.done++;
      filling.bytes += bytes ?? 0;
    }
    if (attempts > 0) this.#histogram.record(latency.download + latency.send);
  }

  /** Notes how many tasks wait. */
  waits(depth: number): void {
    const filling = this.#advance();
    filling.depth = Math.max(filling.depth, depth);
  }

  /** Sixty minutes, oldest first, the present one last. */
  all(): readonly Minute[] {
    this.waits(this.#depth());
    const first = this.#filling.minute - MINUTES + 1;
    const known = [...this.#past, this.#close()];
    const missing = Array.from({ length: MINUTES - known.length }, (_, index) =>
      this.#closed(empty(first + index, 0)),
    );
    return [...missing, ...known];
  }

  #minuteNow(): number {
    return Math.floor(this.#clock.now() / MINUTE_MS);
  }

  /** Closes the minutes that have passed; nothing happened in all but the first of them. */
  #advance(): Filling {
    const minute = this.#minuteNow();
    if (minute <= this.#filling.minute) return this.#filling;
    const depth = this.#depth();
    this.#keep(this.#close());
    this.#histogram.reset();
    const quiet = Math.max(this.#filling.minute + 1, minute - MINUTES);
    for (let next = quiet; next < minute; next++) this.#keep(this.#closed(empty(next, depth)));
    this.#filling = empty(minute, depth);
    return this.#filling;
  }

  #keep(minute: Minute): void {
    this.#past.push(minute);
    if (this.#past.length > MINUTES - 1) this.#past.shift();
  }

  #close(): Minute {
    return this.#closed(this.#filling);
  }

  #closed(filling: Filling): Minute {
    const { minute, ...counts } = filling;
    const at = (percent: number) => (filling === this.#filling ? this.#histogram.percentile(percent) : null);
    return { at: toWall(this.#clock, minute * MINUTE_MS), ...counts, p50: at(50), p95: at(95) };
  }
}

function empty(minute: number, depth: number): Filling {
  return { minute, done: 0, failed: 0, unknown: 0, bytes: 0, depth };
}
