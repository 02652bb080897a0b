function sorted(samples: readonly number[]): number[] {
  return [...samples].sort((a, b) => a - b);
}

/**
 * The value below which the share `q` (0 to 1) of the samples lies, between two samples in a straight line; null of none.
 * @internal
 */
export function quantile(samples: readonly number[], q: number): number | null {
  const ordered = sorted(samples);
  const place = (ordered.length - 1) * q;
  const low = ordered[Math.floor(place)];
  const high = ordered[Math.ceil(place)];
  return low === undefined || high === undefined ? null : low + (high - low) * (place - Math.floor(place));
}

/** The sample in the middle, which a few that were disturbed do not move; null of none. */
export function median(samples: readonly number[]): number | null {
  return quantile(samples, 0.5);
}

/** How wide the middle half of the samples lies, as a share of their median; null below four samples. */
export function spread(samples: readonly number[]): number | null {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(samples, q));
  if (samples.length < 4 || low == null || high == null || !middle) return null;
  return (high - low) / Math.abs(middle);
}

interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Both bounds of what is taken for one standard error on a normal distribution's 95 %. */
const Z95 = 1.96;

/**
 * Where the true median lies in 95 of 100 cases: between two samples whose ranks follow from the binomial distribution,
 * so nothing is assumed about how the samples are distributed. Below six samples it is as wide as they are; null of none.
 * @internal
 */
export function medianInterval(samples: readonly number[]): Interval | null {
  const ordered = sorted(samples);
  const { length } = ordered;
  const half = (Z95 * Math.sqrt(length)) / 2;
  const below = Math.max(0, Math.floor(length / 2 - half));
  const low = ordered[below];
  const high = ordered[length - 1 - below];
  return low === undefined || high === undefined ? null : { low, high };
}

/** Half of the {@link medianInterval} as a share of the median: the error of a figure; null of none. */
export function errorShare(samples: readonly number[]): number | null {
  const interval = medianInterval(samples);
  const middle = median(samples);
  return interval && middle ? (interval.high - interval.low) / 2 / Math.abs(middle) : null;
}
