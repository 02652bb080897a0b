/** The middle of the samples; NaN when there are none, or one is no finite number. */
export function median(samples: readonly number[]): number {
  if (samples.length === 0 || !samples.every(Number.isFinite)) return Number.NaN;
  return quantile(sorted(samples), 0.5);
}

/** Half the interquartile range as a share of the median; null for fewer than four samples or a median of 0. */
export function spread(samples: readonly number[]): number | null {
  const middle = median(samples);
  if (samples.length < 4 || Number.isNaN(middle) || middle === 0) return null;
  const ordered = sorted(samples);
  return (quantile(ordered, 0.75) - quantile(ordered, 0.25)) / 2 / Math.abs(middle);
}

export function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function quantile(ordered: Float64Array, share: number): number {
  const at = share * (ordered.length - 1);
  const [low, high] = [ordered[Math.floor(at)] ?? Number.NaN, ordered[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}
