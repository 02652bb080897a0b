import type { InferOutput } from "valibot";
import type { MetricSpec as MetricSpecSchema, Report, SCENARIOS } from "./schema.ts";

type Frozen<T> = { readonly [K in keyof T]: Frozen<T[K]> };

/** A finished bench: the fields are described in schema.ts. */
export type BenchReport = Frozen<InferOutput<typeof Report>>;
export type Environment = BenchReport["environment"];
export type ScenarioResult = BenchReport["scenarios"][number];
export type Variant = ScenarioResult["variants"][number];
export type Metric = Variant["metrics"][number];
export type MetricSpec = Frozen<InferOutput<typeof MetricSpecSchema>>;
export type Ratio = ScenarioResult["ratios"][number];
export type Target = ScenarioResult["targets"][number];
export type Doubt = ScenarioResult["doubts"][number];
export type Plot = ScenarioResult["plots"][number];

export type ScenarioName = (typeof SCENARIOS)[number];

/** What a scenario is given while it runs. */
export interface ScenarioContext {
  readonly signal: AbortSignal;
  /** Seconds that this scenario may take. */
  readonly seconds: number;
  progress(done: number, total: number, note?: string): void;
}

export interface Scenario {
  readonly name: ScenarioName;
  /** One sentence: what is measured. */
  readonly what: string;
  run(context: ScenarioContext): Promise<ScenarioResult>;
}
