import type { Metric, Ratio, Target } from "../port.ts";
import { median } from "./stats.ts";

/** A figure whose rounds that measured nothing are left out. */
export function metric(
  name: string,
  unit: string,
  better: Metric["better"],
  samples: readonly (number | null)[],
): Metric {
  return { name, unit, better, samples: samples.filter((sample) => sample !== null) };
}

export interface RatioOptions extends Omit<Ratio, "samples"> {
  /** The figure of a variant, one a round; null where a round measured nothing. */
  readonly of: (variant: string) => readonly (number | null)[];
}

/** A figure of a variant over that of the reference, pairs of one round only. */
export function ratio({ of, ...named }: RatioOptions): Ratio {
  const below = of(named.reference);
  const samples = of(named.variant).flatMap((above, round) => {
    const base = below[round] ?? null;
    return above === null || base === null || base === 0 ? [] : [above / base];
  });
  return { ...named, samples };
}

/** A target judged by the median of the samples: at least, or at most, `limit`. */
export function target(
  text: string,
  figure: string,
  unit: string,
  {
    samples,
    ...limit
  }: { readonly samples: readonly number[]; readonly least?: number; readonly most?: number },
): Target {
  const value = median(samples);
  return { text, figure, unit, value, ...judged(value, limit) };
}

/** Whether a value keeps to a target, and the value that it was to reach. */
export function judged(
  value: number | null,
  { least, most }: { readonly least?: number | undefined; readonly most?: number | undefined },
): Pick<Target, "met" | "limit"> {
  const limit = least ?? most;
  const met = value === null ? null : value >= (least ?? -Infinity) && value <= (most ?? Infinity);
  return limit === undefined ? { met } : { met, limit };
}
