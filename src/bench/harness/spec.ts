import { figuresIn } from "../figures.ts";
import type { Metric, Ratio, ScenarioName, ScenarioResult, Target, Variant } from "../port.ts";
import { judged } from "./figures.ts";
import type { Round } from "./rounds.ts";
import { median } from "./stats.ts";

/** What a scenario measures, without the samples. */
export interface Spec {
  readonly name: ScenarioName;
  readonly what: string;
  readonly simulated: string | null;
  /** Titles by variant. */
  readonly variants: Readonly<Record<string, string>>;
  /** In the order in which they are shown; a variant has those that it has samples of. */
  readonly metrics: readonly Omit<Metric, "samples">[];
  readonly ratios: readonly RatioSpec[];
  readonly targets: readonly TargetSpec[];
}

/** Without `better` as the metric has it: set it where our own variant is the reference. */
interface RatioSpec extends Omit<Ratio, "samples" | "better"> {
  readonly better?: Ratio["better"];
}

interface TargetSpec {
  readonly text: string;
  /** `<variant>.<metric>` or `<variant>.<metric>_ratio`, of a second reference `<variant>.<metric>_ratio_to_<reference>`. */
  readonly figure: string;
  readonly unit: string;
  /** What is told of the median of the figure: `1 - ratio` as a share saved, say. The median itself without it. */
  readonly value?: (median: number) => number;
  readonly least?: number;
  readonly most?: number;
}

/** Puts the rounds in order: samples by variant and metric, ratios of pairs, and what the targets say to them. */
export function resultOf(
  spec: Spec,
  rounds: readonly Round[],
  more: Pick<ScenarioResult, "rounds" | "seconds" | "incomplete" | "plots">,
): ScenarioResult {
  const variants = Object.entries(spec.variants).map(([name, title]) => variantOf(spec, name, title, rounds));
  const ratios = spec.ratios.map((ratio) => ({
    ...ratio,
    better: ratio.better ?? spec.metrics.find(({ name }) => name === ratio.metric)?.better ?? "lower",
    samples: ratioSamples(ratio, rounds),
  }));
  const figures = figuresIn(spec.name, variants, ratios);
  return {
    scenario: spec.name,
    what: spec.what,
    simulated: spec.simulated,
    variants,
    ratios,
    targets: spec.targets.map((target) =>
      judge(target, figures.find(({ name }) => name === `${spec.name}.${target.figure}`)?.samples ?? []),
    ),
    doubts: [],
    ...more,
  };
}

function variantOf(spec: Spec, name: string, title: string, rounds: readonly Round[]): Variant {
  const metrics = spec.metrics.map((metric) => ({
    ...metric,
    samples: samplesIn(rounds, name, metric.name),
  }));
  return { name, title, metrics: metrics.filter(({ samples }) => samples.length > 0) };
}

function samplesIn(rounds: readonly Round[], variant: string, metric: string): number[] {
  return rounds.map((round) => round[variant]?.[metric]).filter((value) => value !== undefined);
}

/** Of rounds in which both were measured, and the reference is more than nothing. */
function ratioSamples(
  { variant, reference, metric }: Spec["ratios"][number],
  rounds: readonly Round[],
): number[] {
  return rounds.flatMap((round) => {
    const [value, by] = [round[variant]?.[metric], round[reference]?.[metric]];
    return value !== undefined && by ? [value / by] : [];
  });
}

function judge(
  { text, figure, unit, value = (it) => it, least, most }: TargetSpec,
  samples: readonly number[],
): Target {
  const middle = median(samples);
  const told = middle === null ? null : value(middle);
  return { text, figure, unit, value: told, ...judged(told, { least, most }) };
}
