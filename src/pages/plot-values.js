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
 * The places of points without a neighbour on either side, which no line leads to.
 * @param {Values} values
 */
export function lonePoints(values) {
  const places = Array.from(values.length ? Array.from(values).keys() : []).filter(
    (place) => values[place] !== undefined,
  );
  /** @type {(index: number) => boolean} */
  const isPoint = (index) => typeof values[places[index] ?? -1] === "number";
  return places.filter((_, index) => isPoint(index) && !isPoint(index - 1) && !isPoint(index + 1));
}

const STEPS = [1, 2, 5];

/** Distances between ticks, small to large: 1, 2 or 5 times a power of ten, so that few digits write them. */
export const TICK_STEPS = Array.from({ length: 60 }, (_, at) =>
  Number(`${STEPS[at % STEPS.length]}e${Math.floor(at / STEPS.length) - 6}`),
);

/**
 * The end of an axis from 0 that holds `highest`: a tick, with no more than so many steps before it.
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
