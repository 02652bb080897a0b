import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** What a latency is made of, and `work` (download + send) and `total` (from when the item was due). */
export const PHASES = ["work", "total", "queue", "lane", "download", "send"] as const;
export type Phase = (typeof PHASES)[number];

/** Milliseconds of the clock that the work ran on. */
export type Spans = Readonly<Record<Phase, number>>;

/** HDR histograms of one round, a phase each. */
export class Phases {
  readonly #histograms = new Map<Phase, RecordableHistogram>(
    PHASES.map((phase) => [phase, createHistogram({ lowest: 1, highest: 24 * 3_600_000, figures: 3 })]),
  );

  /** A histogram takes whole numbers from 1: all go in one higher, and come out one lower. */
  record(spans: Spans): void {
    for (const phase of PHASES)
      this.#histograms.get(phase)?.record(Math.max(0, Math.round(spans[phase])) + 1);
  }

  get count(): number {
    return this.#histograms.get("work")?.count ?? 0;
  }

  /** Milliseconds below which `percent` of the items stayed; null when there are none: an empty histogram answers nonsense. */
  percentile(phase: Phase, percent: number): number | null {
    const histogram = this.#histograms.get(phase);
    return histogram && histogram.count > 0 ? histogram.percentile(percent) - 1 : null;
  }

  /** Share of the items in percent by latency in milliseconds, ascending, to be drawn. */
  distribution(phase: Phase): [number, number][] {
    if (this.count === 0) return [];
    return Array.from({ length: 51 }, (_, step) => [this.percentile(phase, step * 2 || 0.1) ?? 0, step * 2]);
  }
}
