import { median as middleOf, spread as widthOf } from "../harness/stats.ts";

/** The middle of the samples; NaN when there are none, or one is no finite number. */
export function median(samples: readonly number[]): number {
  return samples.every(Number.isFinite) ? (middleOf(samples) ?? Number.NaN) : Number.NaN;
}

/** Half the interquartile range as a share of the median; null for fewer than four samples or a median of 0. */
export function spread(samples: readonly number[]): number | null {
  const width = samples.every(Number.isFinite) ? widthOf(samples) : null;
  return width === null ? null : width / 2;
}

export function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}
