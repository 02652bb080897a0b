/** One direction of a plot: which values it spans, and how. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

const LOG_FROM = 100;

/** Spans the values; by powers of ten where `mayLog` and they are above 0 and lie far apart. */
export function axisOf(
  values: readonly number[],
  { fromZero, mayLog }: { fromZero: boolean; mayLog: boolean },
): Axis {
  const [low, high] = [least(values), most(values)];
  if (mayLog && low > 0 && high / low >= LOG_FROM) return { low, high, log: true };
  if (!fromZero)
    return low === high ? { low: low - 0.5, high: high + 0.5, log: false } : { low, high, log: false };
  const floor = Math.min(0, low);
  const step = stepFor(floor, high, 5);
  return { low: floor, high: high === floor ? floor + 1 : Math.ceil(high / step) * step, log: false };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

/** Where a value lies on the axis, 0 to 1. */
export function place({ low, high, log }: Axis, value: number): number {
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** Round values to write at the axis, about so many. */
export function ticksOf({ low, high, log }: Axis, about: number): number[] {
  if (log) return logTicks(low, high, about);
  const step = stepFor(low, high, about);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

function logTicks(low: number, high: number, about: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const every = Math.max(1, Math.ceil((to - from) / about));
  const powers = Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at));
  const inside = (value: number) => value >= low * 0.999 && value <= high * 1.001;
  const coarse = powers.filter((power, at) => at % every === 0 && inside(power));
  return coarse.length >= 3
    ? coarse
    : powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(inside);
}

/** 1, 2 or 5 times a power of ten. */
function stepFor(low: number, high: number, about: number): number {
  const raw = (high - low || 1) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((each) => each * power >= raw * 0.999) ?? 10;
  return factor * power;
}

/** A tick as short as it goes: `1.5k`, `20M`, `0.05`. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  for (const [unit, from] of [
    ["M", 1e6],
    ["k", 1e3],
  ] as const)
    if (size >= from) return `${Number((value / from).toPrecision(3))}${unit}`;
  return String(Number(value.toPrecision(3)));
}
