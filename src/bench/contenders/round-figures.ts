import { metric } from "../harness/figures.ts";
import type { Metric, Plot } from "../port.ts";
import { PHASES, type Phase } from "./phases.ts";
import type { Round } from "./round.ts";

const PERCENTS = [50, 95, 99] as const;

/** The figures of a way of working, a sample a round: throughput, latency of the work and of each phase, success. */
export function roundMetrics(rounds: readonly Round[], places: number): Metric[] {
  const latency = (phase: Phase, percent: number, name: string) =>
    metric(
      name,
      "ms",
      "lower",
      rounds.map(({ phases }) => phases.percentile(phase, percent)),
    );
  const share = ({ successRate }: Round) => (successRate === null ? null : successRate * 100);
  return [
    metric(
      "throughput_per_min",
      "items/min",
      "higher",
      rounds.map((round) => round.perMinute(places)),
    ),
    ...PERCENTS.map((percent) => latency("work", percent, `p${percent}_ms`)),
    metric("success_rate", "%", "higher", rounds.map(share)),
    ...PHASES.filter((phase) => phase !== "work").flatMap((phase) =>
      PERCENTS.map((percent) => latency(phase, percent, `${phase}_p${percent}_ms`)),
    ),
  ];
}

const WINDOW_MS = 5_000;

/** Throughput over the time of a round, a line a name. `time` names the clock. */
export function throughputPlot(rounds: Readonly<Record<string, Round | undefined>>, time: string): Plot {
  return {
    title: "Throughput over time",
    kind: "line",
    x: { label: time, unit: "s" },
    y: { label: "media that ended well", unit: "items/min" },
    series: Object.entries(rounds).map(([name, round]) => ({
      name,
      points: round?.throughput(WINDOW_MS) ?? [],
    })),
  };
}

/** How latencies of a round lie, a line a phase: the share of the items that took at most so long. */
export function latencyPlot(round: Round | undefined, latency: string): Plot {
  return {
    title: "Latency of prewarm by phase",
    kind: "distribution",
    x: { label: latency, unit: "ms" },
    y: { label: "share of the items", unit: "%" },
    series: (["download", "send", "lane", "work"] as const).map((name) => ({
      name,
      points: round?.phases.distribution(name) ?? [],
    })),
  };
}
