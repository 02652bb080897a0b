import { median, spread } from "./harness/stats.ts";
import type { BenchReport, Metric, Ratio, Variant } from "./types.ts";

/** One named figure of a report, as targets, gates, baselines and tables refer to it. */
export interface Figure {
  /** `strategy.prewarm.throughput_per_min`, or with `_ratio` (further references: `_ratio_to_<reference>`). */
  readonly name: string;
  readonly scenario: string;
  readonly variant: string;
  readonly metric: string;
  /** What a ratio is measured against; null for an absolute figure. */
  readonly reference: string | null;
  readonly unit: string;
  readonly better: Metric["better"];
  /** Holds on any machine: a ratio but for those that say they do not, or a portable metric. */
  readonly portable: boolean;
  readonly samples: readonly number[];
  /** NaN where there are no samples, or one is not a finite number. */
  readonly median: number;
  /** Half the interquartile range as a share of the median; null for fewer than four samples, and where there is no median. */
  readonly spread: number | null;
}

/** Every figure of a report under its one name. */
export function figuresOf({ scenarios }: BenchReport): Figure[] {
  return scenarios.flatMap(({ scenario, variants, ratios }) => figuresIn(scenario, variants, ratios));
}

/**
 * The figures of a scenario, absolute ones first. Of several ratios of one metric the first is `<metric>_ratio`, the others
 * `<metric>_ratio_to_<reference>`.
 */
export function figuresIn(
  scenario: string,
  variants: readonly Variant[],
  ratios: readonly Ratio[],
): Figure[] {
  const absolute = variants.flatMap(({ name: variant, metrics }) =>
    metrics.map(({ name: metric, portable = false, samples, unit, better }): Figure => {
      const name = `${scenario}.${variant}.${metric}`;
      return {
        name,
        scenario,
        variant,
        metric,
        reference: null,
        unit,
        better,
        portable,
        ...middleOf(samples),
      };
    }),
  );
  const taken = new Set<string>();
  const relative = ratios.map(({ variant, metric, reference, better, portable = true, samples }): Figure => {
    const plain = `${scenario}.${variant}.${metric}_ratio`;
    const name = taken.has(plain) ? `${plain}_to_${reference}` : plain;
    taken.add(name);
    return { name, scenario, variant, metric, reference, unit: "x", better, portable, ...middleOf(samples) };
  });
  return [...absolute, ...relative];
}

function middleOf(samples: readonly number[]) {
  if (!samples.every(Number.isFinite)) return { samples, median: Number.NaN, spread: null };
  const width = spread(samples);
  return { samples, median: median(samples) ?? Number.NaN, spread: width === null ? null : width / 2 };
}
