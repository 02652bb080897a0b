import { describe, expect, it } from "vitest";
import { errorShare, median, medianInterval, quantile, spread } from "../../src/bench/harness/stats.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("the median", () => {
  it("is the middle sample, or half way between the two in the middle, in any order", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it("is not moved by one sample that was disturbed", () => {
    expect(median([10, 11, 10, 9, 5_000])).toBe(10);
  });

  it("of nothing is nothing", () => {
    for (const figure of [median, spread, medianInterval, errorShare]) expect(figure([])).toBeNull();
    expect(quantile([], 0.9)).toBeNull();
  });
});

describe("quantiles", () => {
  it("lie between two samples in a straight line", () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect([0, 0.5, 1].map((q) => quantile(upTo(101), q))).toEqual([1, 51, 101]);
  });
});

describe("the spread", () => {
  it("is the middle half of the samples over their median", () => {
    expect(spread(upTo(9))).toBeCloseTo((7 - 3) / 5);
    expect(spread([7, 7, 7, 7])).toBe(0);
  });

  it("is not told of three samples, or of figures around nothing", () => {
    expect(spread([1, 2, 3])).toBeNull();
    expect(spread([0, 0, 0, 0])).toBeNull();
  });
});

describe("the interval of a median", () => {
  it("has the ranks of the binomial distribution", () => {
    // Of 100 samples: ranks 41 and 60 (counted from 1), as tables of the sign test have it.
    expect(medianInterval(upTo(100))).toEqual({ low: 41, high: 60 });
  });

  it("is as wide as few samples are", () => {
    expect(medianInterval([5, 1, 3])).toEqual({ low: 1, high: 5 });
    expect(medianInterval([4])).toEqual({ low: 4, high: 4 });
  });

  it("holds the true median in about 95 of 100 cases", () => {
    let held = 0;
    let state = 1;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    for (let time = 0; time < 2_000; time++) {
      const interval = medianInterval(Array.from({ length: 15 }, random));
      if (interval && interval.low <= 0.5 && interval.high >= 0.5) held += 1;
    }
    expect(held / 2_000).toBeGreaterThan(0.93);
  });

  it("makes the error of a figure: half of it over the median", () => {
    expect(errorShare([90, 100, 110])).toBeCloseTo(0.1);
  });
});
