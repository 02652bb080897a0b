import { LatencyHistogram } from "../domain/latency-histogram.ts";
import type { ItemResult } from "../domain/outcome.ts";
import type { Percentiles } from "./snapshot.ts";

/** Significant digits of a percentile. */
const FIGURES = 3;

/** How long items took, phase by phase: percentiles of all that were tried, in milliseconds of the engine's clock. */
export class Latencies {
  readonly #work = new LatencyHistogram(FIGURES);
  readonly #download = new LatencyHistogram(FIGURES);
  readonly #send = new LatencyHistogram(FIGURES);
  readonly #queueWait = new LatencyHistogram(FIGURES);
  readonly #laneWait = new LatencyHistogram(FIGURES);

  /** Counts the times of one item. */
  add({ download, send, queue, lane }: ItemResult["latency"]): void {
    this.#work.record(download + send);
    this.#download.record(download);
    this.#send.record(send);
    this.#queueWait.record(queue);
    this.#laneWait.record(lane);
  }

  /** The part of a snapshot that says how long things took. */
  figures() {
    return {
      latency: percentilesOf(this.#work),
      download: percentilesOf(this.#download),
      send: percentilesOf(this.#send),
      queueWait: percentilesOf(this.#queueWait),
      laneWait: percentilesOf(this.#laneWait),
    };
  }
}

/** Zeros as long as nothing was recorded. */
function percentilesOf(histogram: LatencyHistogram): Percentiles {
  const at = (percent: number) => histogram.percentile(percent) ?? 0;
  return { p50: at(50), p95: at(95), p99: at(99) };
}
