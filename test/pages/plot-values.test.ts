import { describe, expect, it } from "vitest";
import { axisEnd, isEmpty, lonePoints, pointAt, TICK_STEPS, tickText } from "../../src/pages/plot-values.js";

describe("the values of a plot", () => {
  it("are empty while no curve has one", () => {
    expect(
      [
        [[]],
        [[1, 2]],
        [
          [1, 2],
          [null, undefined],
        ],
      ].map(isEmpty),
    ).toEqual([true, true, true]);
    expect(
      isEmpty([
        [1, 2],
        [null, null],
        [null, 0],
      ]),
    ).toBe(false);
  });

  it("are alone where a gap is on both sides, but not where only another curve has a point", () => {
    expect(lonePoints([7])).toEqual([0]);
    expect(lonePoints([7, null, 7, 7, null, 7])).toEqual([0, 5]);
    expect(lonePoints([undefined, 7, undefined, 7, null, undefined, 7, undefined])).toEqual([6]);
    expect(lonePoints([null, undefined])).toEqual([]);
    expect(lonePoints([])).toEqual([]);
  });

  it("are asked for at the nearest point, or at the last one before where they hold until the next", () => {
    const xs = [0, 1, 5, 6, 10];
    const values = [35, undefined, 12, undefined, 12];
    expect([0, 2, 3, 7, 99].map((x) => pointAt(xs, values, x, false))).toEqual([0, 0, 2, 2, 4]);
    expect([0, 4.9, 5, 9, 99].map((x) => pointAt(xs, values, x, true))).toEqual([0, 0, 2, 2, 4]);
    expect([pointAt(xs, values, -1, true), pointAt([], [], 1, false)]).toEqual([null, null]);
  });
});

describe("an axis", () => {
  it("has steps of 1, 2 or 5 times a power of ten", () => {
    expect(TICK_STEPS.slice(15, 24)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50]);
  });

  it("ends at a tick", () => {
    expect([47, 96, 567, 2_100, 0.3, 60].map((highest) => axisEnd(highest, 4))).toEqual([
      60, 100, 600, 3_000, 0.3, 60,
    ]);
    expect([axisEnd(2, 4, 1), axisEnd(0.5, 4, 1), axisEnd(0, 4), axisEnd(7, 0)]).toEqual([2, 1, 1, 10]);
  });

  it("writes numbers as short as they go", () => {
    expect([0, 0.05, 12.5, 1_500, 20_000_000, -2_000].map(tickText)).toEqual([
      "0",
      "0.05",
      "12.5",
      "1.5k",
      "20M",
      "-2k",
    ]);
  });
});
