/** One-sided 90 %: the limit itself is the larger margin. */
const Z = 1.28;
/** How far two runs of one build lie apart by no fault of their samples (heap layout, what else the machine does). */
const RUN_TO_RUN = 0.015;
/** Fewer than four samples on a side say nothing about their spread. */
const FEW = 4;
const RUN_TO_RUN_FEW = 0.15;

/** By how much, in natural logarithms, `after` lies above `before`, and how far off that may be. */
export interface Shift {
  readonly estimate: number;
  readonly error: number;
}

/**
 * The Hodges-Lehmann estimate, the median of all pairs, with the interval of the Mann-Whitney test: hardly less exact than a
 * mean, and up to a quarter of the samples may be outliers. No chance is in it: the same samples give the same answer. The
 * error holds a floor for what differs from run to run. Null unless all samples are above 0 and there is one on each side.
 */
export function shiftOf(before: readonly number[], after: readonly number[]): Shift | null {
  const all = [...before, ...after];
  if (before.length === 0 || after.length === 0 || !all.every((value) => value > 0 && value < Infinity))
    return null;
  const differences = Float64Array.from(after.flatMap((a) => before.map((b) => Math.log(a / b)))).sort();
  const { length } = differences;
  const at = (index: number) => differences[index] ?? 0;
  const middle = (at(Math.floor((length - 1) / 2)) + at(Math.ceil((length - 1) / 2))) / 2;
  const rank = lowRank(before.length, after.length);
  const half = (at(length - 1 - rank) - at(rank)) / 2;
  const floor = Math.min(before.length, after.length) < FEW ? RUN_TO_RUN_FEW : RUN_TO_RUN;
  return { estimate: middle, error: Math.hypot(half, floor) };
}

/** Index of the difference that bounds the interval from below. */
function lowRank(before: number, after: number): number {
  const pairs = before * after;
  const deviation = Math.sqrt((pairs * (before + after + 1)) / 12);
  return Math.max(0, Math.floor(pairs / 2 - Z * deviation));
}
