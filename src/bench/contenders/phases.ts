import { LatencyHistogram } from "../../domain/latency-histogram.ts";

/** What a latency is made of, and `work` (download + send) and `total` (from when the item was due). */
export const PHASES = ["work", "total", "queue", "lane", "download", "send"] as const;
export type Phase = (typeof PHASES)[number];

/** Milliseconds of the clock that the work ran on. */
export type Spans = Readonly<Record<Phase, number>>;

/** HDR histograms of one round, a phase each. */
export class Phases {
  readonly #histograms = new Map<Phase, LatencyHistogram>(
    PHASES.map((phase) => [phase, new LatencyHistogram(3)]),
  );

  record(spans: Spans): void {
    for (const phase of PHASES) this.#histograms.get(phase)?.record(spans[phase]);
  }

  get count(): number {
    return this.#histograms.get("work")?.count ?? 0;
  }

  /** Milliseconds below which `percent` of the items stayed; null when there are none. */
  percentile(phase: Phase, percent: number): number | null {
    return this.#histograms.get(phase)?.percentile(percent) ?? null;
  }

  /** Share of the items in percent by latency in milliseconds, ascending, to be drawn. */
  distribution(phase: Phase): [number, number][] {
    if (this.count === 0) return [];
    return Array.from({ length: 51 }, (_, step) => [this.percentile(phase, step * 2 || 0.1) ?? 0, step * 2]);
  }
}
