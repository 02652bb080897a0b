import { createHistogram } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { LatencyHistogram } from "../../src/domain/latency-histogram.ts";

const DAY_MS = 24 * 3_600_000;

function histogramOf(...times: number[]): LatencyHistogram {
  const histogram = new LatencyHistogram(3);
  for (const ms of times) histogram.record(ms);
  return histogram;
}

describe("LatencyHistogram", () => {
  it("returns null while empty, where Node's own histogram returns a number", () => {
    expect(createHistogram().percentile(50)).toBeTypeOf("number");
    expect(histogramOf().percentile(50)).toBeNull();
  });

  it("counts 0, which Node's own histogram refuses", () => {
    expect(() => createHistogram().record(0)).toThrow(RangeError);
    const histogram = histogramOf(0, 0, 7);
    expect([histogram.count, histogram.percentile(50), histogram.percentile(99)]).toEqual([3, 0, 7]);
  });

  it("rounds fractions and counts times below 0 as 0", () => {
    expect([histogramOf(0.4).percentile(50), histogramOf(0.6).percentile(50)]).toEqual([0, 1]);
    expect(histogramOf(-5).percentile(50)).toBe(0);
  });

  it("counts what is longer than a day as a day", () => {
    const histogram = histogramOf(1e12, Number.POSITIVE_INFINITY);
    expect(histogram.count).toBe(2);
    expect(Math.abs((histogram.percentile(50) ?? 0) / DAY_MS - 1)).toBeLessThan(0.001);
  });

  it("keeps three significant digits with figures = 3", () => {
    const histogram = histogramOf(...Array.from({ length: 10_000 }, (_, ms) => ms + 1));
    for (const percent of [50, 95, 99, 100])
      expect(Math.abs((histogram.percentile(percent) ?? 0) / (percent * 100) - 1)).toBeLessThan(0.001);
  });

  it("refuses what is not a time", () => {
    expect(() => histogramOf(Number.NaN)).toThrow(RangeError);
  });

  it("is empty again after a reset", () => {
    const histogram = histogramOf(5);
    histogram.reset();
    expect([histogram.count, histogram.percentile(50)]).toEqual([0, null]);
  });
});
