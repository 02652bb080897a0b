/** All scenarios, in the order in which they run. */
export const SCENARIOS = ["queue", "signer", "strategy", "transfer", "pace", "scale"] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

/** One figure of one variant, one sample a round. The value that counts is the median. */
export interface Metric {
  /** Such as `throughput_per_min`, `cpu_us_per_item`, `p95_ms`; with the unit at its end. */
  readonly name: string;
  /** For people: `items/min`, `us`, `ms`, `MB`, `x`, `%`. */
  readonly unit: string;
  readonly better: "higher" | "lower";
  /** One a round, in the order measured; empty when nothing was measured. */
  readonly samples: readonly number[];
  /** Holds on any machine as it is (a share, a virtual clock), so it is compared with baselines as a ratio is. */
  readonly portable?: boolean;
}

/** One way of doing it. `strategy.prewarm.throughput_per_min` is scenario, variant, metric. */
export interface Variant {
  readonly name: string;
  /** In a few words, for tables. */
  readonly title: string;
  readonly metrics: readonly Metric[];
}

/**
 * A figure of a variant over that of the reference of the same round, so that it holds on any machine. Compared with
 * baselines and targets. Named `<scenario>.<variant>.<metric>_ratio`.
 */
export interface Ratio {
  readonly variant: string;
  readonly metric: string;
  /** The variant it is measured against. */
  readonly reference: string;
  readonly better: "higher" | "lower";
  /** variant / reference, one a round (pairs of one round only). */
  readonly samples: readonly number[];
  /** False where the two need different things of a machine, memory and processor say: shown beside a baseline, not judged. */
  readonly portable?: boolean;
}

/** A target of the design, judged by what was measured. */
export interface Target {
  readonly text: string;
  /** What it looks at: `<variant>.<metric>` or `<variant>.<metric>_ratio` (`_ratio_to_<reference>` for a second one). */
  readonly figure: string;
  readonly value: number | null;
  readonly unit: string;
  readonly met: boolean | null;
  /** What `value` must not fall below or rise above, in the same unit; tells by how much it was missed. */
  readonly limit?: number;
}

/** Doubt about a figure, and what to do about it. */
export interface Doubt {
  readonly about: "machine" | "process" | ScenarioName;
  readonly text: string;
  readonly next: string;
}

/** Lines to be drawn: throughput over time, latency by phase, a lane's pace against its limit. */
export interface Plot {
  readonly title: string;
  readonly kind: "line" | "distribution";
  readonly x: { readonly label: string; readonly unit: string };
  readonly y: { readonly label: string; readonly unit: string };
  readonly series: readonly {
    readonly name: string;
    /** Drawn as a step and dashed: a limit, not a measurement. */
    readonly limit?: boolean;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

export interface ScenarioResult {
  readonly scenario: ScenarioName;
  /** One sentence: what is measured. */
  readonly what: string;
  /** How time is counted, where it is not real time; null when it is. */
  readonly simulated: string | null;
  readonly rounds: number;
  readonly seconds: number;
  readonly variants: readonly Variant[];
  readonly ratios: readonly Ratio[];
  readonly targets: readonly Target[];
  readonly doubts: readonly Doubt[];
  readonly plots: readonly Plot[];
  /** Cut short by a signal or a failure; what was measured stands. */
  readonly incomplete: string | null;
}

export interface Environment {
  readonly prewarm: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory_mb: number;
  readonly load_1m: number;
  readonly ci: boolean;
}

/** What `--json` holds, and what `--baseline` and `bench compare` read. `schema` rises when an older reader would misread it. */
export interface BenchReport {
  readonly type: "bench";
  readonly schema: 1;
  /** ISO 8601. */
  readonly at: string;
  readonly environment: Environment;
  readonly scenarios: readonly ScenarioResult[];
  readonly doubts: readonly Doubt[];
}

/** What a scenario is told, and tells while it runs. */
export interface ScenarioContext {
  readonly signal: AbortSignal;
  /** Seconds that this scenario may take. */
  readonly seconds: number;
  progress(done: number, total: number, note?: string): void;
}

export interface Scenario {
  readonly name: ScenarioName;
  readonly what: string;
  run(context: ScenarioContext): Promise<ScenarioResult>;
}
