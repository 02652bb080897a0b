import { figuresIn } from "../figures.ts";
import type {
  Doubt,
  MetricSpec,
  Plot,
  Ratio,
  ScenarioName,
  ScenarioResult,
  Target,
  Variant,
} from "../types.ts";
import type { Round } from "./rounds.ts";

/** What a scenario measures, without the samples. */
export interface Spec {
  readonly name: ScenarioName;
  /** One sentence: what is measured. */
  readonly what: string;
  /** How time is counted, where it is not real time; null when it is. */
  readonly simulated: string | null;
  /** Titles by variant. */
  readonly variants: Readonly<Record<string, string>>;
  /** In the order in which they are shown; a variant has those that it has samples of. Other figures of a round are for {@link Spec.doubts}. */
  readonly metrics: readonly MetricSpec[];
  readonly ratios: readonly RatioSpec[];
  readonly targets: readonly TargetSpec[];
  /** What the rounds say against what was measured. */
  readonly doubts?: (rounds: readonly Round[]) => readonly Doubt[];
}

interface RatioSpec {
  readonly variant: string;
  readonly metric: string;
  readonly reference: string;
  /** Without it as the metric has it: set it where our own variant is the reference. */
  readonly better?: Ratio["better"];
  readonly portable?: boolean;
}

interface TargetSpec {
  readonly text: string;
  /** `<variant>.<metric>` or `<variant>.<metric>_ratio`, of a second reference `<variant>.<metric>_ratio_to_<reference>`. */
  readonly figure: string;
  readonly unit: string;
  /** What is made of the median of the figure: `1 - ratio` as a share saved, say. The median itself without it. */
  readonly value?: (median: number) => number;
  readonly least?: number;
  readonly most?: number;
}

/** How the measuring went. */
interface Effort {
  /** Rounds that count. */
  readonly rounds: number;
  readonly seconds: number;
  readonly incomplete: string | null;
  readonly plots: readonly Plot[];
}

/** Puts the rounds in order: samples by variant and metric, ratios of pairs, what the targets say to them, and doubts. */
export function resultOf(spec: Spec, rounds: readonly Round[], effort: Effort): ScenarioResult {
  const { name: scenario, what, simulated } = spec;
  const variants = Object.entries(spec.variants).map(([name, title]): Variant => {
    const metrics = spec.metrics.map((each) => ({ ...each, samples: samplesIn(rounds, name, each.name) }));
    return { name, title, metrics: metrics.filter(({ samples }) => samples.length > 0) };
  });
  const ratios = spec.ratios.map((ratio): Ratio => {
    const { better = "lower" } = spec.metrics.find(({ name }) => name === ratio.metric) ?? {};
    return { better, ...ratio, samples: ratioSamples(ratio, rounds) };
  });
  const figures = figuresIn(scenario, variants, ratios);
  const targets = spec.targets.map((target) =>
    judge(target, figures.find(({ name }) => name === `${scenario}.${target.figure}`)?.median ?? Number.NaN),
  );
  const doubts = spec.doubts?.(rounds) ?? [];
  return { scenario, what, simulated, variants, ratios, targets, doubts, ...effort };
}

/** The samples of a metric, one for each round that has it. */
export function samplesIn(rounds: readonly Round[], variant: string, metric: string): number[] {
  return rounds.map((round) => round[variant]?.[metric]).filter((value) => value !== undefined);
}

/** Of rounds in which both were measured, and the reference is more than nothing. */
function ratioSamples({ variant, reference, metric }: RatioSpec, rounds: readonly Round[]): number[] {
  return rounds.flatMap((round) => {
    const [value, by] = [round[variant]?.[metric], round[reference]?.[metric]];
    return value !== undefined && by ? [value / by] : [];
  });
}

function judge({ text, figure, unit, value: of, least, most }: TargetSpec, median: number): Target {
  const value = Number.isNaN(median) ? null : (of?.(median) ?? median);
  const met = value === null ? null : value >= (least ?? -Infinity) && value <= (most ?? Infinity);
  const limit = least ?? most;
  return { text, figure, value, unit, met, ...(limit === undefined ? {} : { limit }) };
}
