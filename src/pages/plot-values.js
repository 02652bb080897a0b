// @ts-check

/** What plots do with numbers, without a page. */

/** @typedef {ArrayLike<number | null | undefined>} Values `null` breaks the line; at `undefined` another curve has a point. */

/**
 * Whether curves have nothing to draw. The first column is where they are along the x axis.
 * @param {readonly Values[]} columns
 */
export function isEmpty([, ...curves]) {
  return curves.every((values) => !Array.from(values).some((value) => value !== null && value !== undefined));
}

/**
 * The places where a curve has a point or a gap.
 * @param {Values} values
 */
function placesOf(values) {
  return Array.from(values, (_, place) => place).filter((place) => values[place] !== undefined);
}

/**
 * The places of points without a neighbour on either side, which no line leads to.
 * @param {Values} values
 */
export function lonePoints(values) {
  const places = placesOf(values);
  /** @type {(index: number) => boolean} */
  const isPoint = (index) => typeof values[places[index] ?? -1] === "number";
  return places.filter((_, index) => isPoint(index) && !isPoint(index - 1) && !isPoint(index + 1));
}

/**
 * The place of the point that says where a curve is at `x`: the nearest one, or the last one before it where a value `holds`
 * until the next. Null without any.
 * @param {Values} xs
 * @param {Values} values
 * @param {number} x
 * @param {boolean} holds
 */
export function pointAt(xs, values, x, holds) {
  /** @type {(place: number) => number} */
  const away = (place) => Math.abs(Number(xs[place]) - x);
  const places = placesOf(values).filter((place) => !holds || Number(xs[place]) <= x);
  const least = Math.min(...places.map(away));
  return places.findLast((place) => away(place) === least) ?? null;
}

const STEPS = [1, 2, 5];

/** Distances between ticks, small to large: 1, 2 or 5 times a power of ten, so that few digits write them. */
export const TICK_STEPS = Array.from({ length: 60 }, (_, at) =>
  Number(`${STEPS[at % STEPS.length]}e${Math.floor(at / STEPS.length) - 6}`),
);

/**
 * The end of an axis from 0 that holds `highest`: a tick, reached in at most `steps` steps.
 * @param {number} highest
 * @param {number} steps
 * @param {number} smallest step
 */
export function axisEnd(highest, steps, smallest = 0) {
  if (highest <= 0) return 1;
  const step = TICK_STEPS.find((each) => each >= smallest && highest / each <= Math.max(1, steps)) ?? highest;
  return Number((Math.max(1, Math.ceil(highest / step - 1e-9)) * step).toPrecision(12));
}

/**
 * A number at an axis, as short as it goes: `1.5k`, `20M`, `0.05`.
 * @param {number} value
 */
export function tickText(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e3) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}
