import { LatencyHistogram } from "../../domain/latency-histogram.ts";
import { SUCCESS_RATE } from "../harness/metrics.ts";
import type { RoundFigures } from "../harness/rounds.ts";
import type { MetricSpec, Plot } from "../types.ts";

/** What a latency is made of, and `work` (download + send) and `total` (from when the item was due). */
const PHASES = ["work", "total", "queue", "lane", "download", "send"] as const;
type Phase = (typeof PHASES)[number];

const PERCENTS = [50, 95, 99] as const;
/** Reasons of failures that are kept. */
const FEW = 3;
const WINDOW_MS = 5_000;

/** What one way of working did with a number of objects; moments and times in milliseconds of its clock since it began. */
export class WorkLog {
  /** Moments at which items ended well. */
  readonly done: number[] = [];
  failed = 0;
  /** What the first failures said, each once. */
  readonly why: string[] = [];
  /** Moments at which items were given a place. */
  readonly #begun: number[] = [];
  readonly #latencies = new Map(PHASES.map((phase) => [phase, new LatencyHistogram(3)]));
  readonly #now: () => number;
  readonly #begin: number;
  #ended = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#begin = now();
  }

  /** Milliseconds since it began. */
  get at(): number {
    return this.#now() - this.#begin;
  }

  started(): void {
    this.#begun.push(this.at);
  }

  succeeded(latency: Readonly<Record<Phase, number>>): void {
    this.#ended = this.at;
    this.done.push(this.#ended);
    for (const phase of PHASES) this.#latencies.get(phase)?.record(latency[phase]);
  }

  failedOne(why: string): void {
    this.#ended = this.at;
    this.failed += 1;
    if (this.why.length < FEW && !this.why.includes(why)) this.why.push(why);
  }

  /** The {@link WORK_METRICS} as far as something was measured, and `failed`: how many items failed. */
  figures(places: number): RoundFigures {
    const rate = this.#successRate;
    const figures = new Map<string, number | null>([
      ["throughput_per_min", this.#perMinute(places)],
      ["success_rate", rate === null ? null : rate * 100],
      ["failed", this.failed],
    ]);
    for (const phase of PHASES)
      for (const percent of PERCENTS)
        figures.set(latencyName(phase, percent), this.#percentile(phase, percent));
    return Object.fromEntries(
      [...figures].flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    );
  }

  /** Items a minute over time: [seconds, items/min]. */
  throughput(): [number, number][] {
    const windows = Math.ceil(this.#ended / WINDOW_MS);
    return Array.from({ length: windows }, (_, index) => {
      const [from, to] = [index * WINDOW_MS, Math.min((index + 1) * WINDOW_MS, this.#ended)];
      const count = this.done.filter((moment) => moment > from && moment <= to).length;
      return [to / 1_000, to > from ? (count * 60_000) / (to - from) : 0];
    });
  }

  /** [milliseconds, share of the items in percent that took at most so long], ascending. */
  distribution(phase: Phase): [number, number][] {
    if (this.done.length === 0) return [];
    return Array.from({ length: 51 }, (_, step) => [this.#percentile(phase, step * 2 || 0.1) ?? 0, step * 2]);
  }

  /**
   * Items that end well, a minute of the clock, while there is more work than places: the rate at which items are begun
   * after the first `places`, which wait for nothing, times the share that ends well. Null when nothing was begun after them.
   */
  #perMinute(places: number): number | null {
    const [first, last] = [this.#begun[0], this.#begun.at(-1)];
    const rate = this.#successRate;
    if (first === undefined || last === undefined || last <= first || rate === null) return null;
    return ((this.#begun.length - places) * 60_000 * rate) / (last - first);
  }

  /** 0 to 1; null when nothing was tried. */
  get #successRate(): number | null {
    const tried = this.done.length + this.failed;
    return tried > 0 ? this.done.length / tried : null;
  }

  #percentile(phase: Phase, percent: number): number | null {
    return this.#latencies.get(phase)?.percentile(percent) ?? null;
  }
}

function latencyName(phase: Phase, percent: number): string {
  return phase === "work" ? `p${percent}_ms` : `${phase}_p${percent}_ms`;
}

function latencies(phase: Phase): MetricSpec[] {
  return PERCENTS.map((percent) => ({ name: latencyName(phase, percent), unit: "ms", better: "lower" }));
}

/** The figures of a way of working: throughput, latency of the work and of each phase, success. */
export const WORK_METRICS: readonly MetricSpec[] = [
  { name: "throughput_per_min", unit: "items/min", better: "higher" },
  ...latencies("work"),
  SUCCESS_RATE,
  ...PHASES.filter((phase) => phase !== "work").flatMap(latencies),
];

/** Throughput over the time of the work, a line a name, and how the latencies of `prewarm` are distributed, a line a phase. */
export function workPlots(logs: Readonly<Record<string, WorkLog>>, clock = ""): Plot[] {
  const { prewarm } = logs;
  return [
    {
      title: "Throughput over time",
      kind: "line",
      x: { label: `${clock}time`, unit: "s" },
      y: { label: "media that ended well", unit: "items/min" },
      series: Object.entries(logs).map(([name, log]) => ({ name, points: log.throughput() })),
    },
    {
      title: "Latency of prewarm by phase",
      kind: "distribution",
      x: { label: `${clock}latency`, unit: "ms" },
      y: { label: "share of the items", unit: "%" },
      series: (["download", "send", "lane", "work"] as const).map((name) => ({
        name,
        points: prewarm?.distribution(name) ?? [],
      })),
    },
  ];
}
