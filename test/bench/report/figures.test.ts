import { describe, expect, it } from "vitest";
import { figuresIn, figuresOf } from "../../../src/bench/figures.ts";
import { reportOf } from "./fixture.ts";

describe("the figures of a report", () => {
  const figures = figuresOf(reportOf());
  const of = (name: string) => figures.find((figure) => figure.name === name);

  it("have names of scenario, variant and metric, each once", () => {
    const names = figures.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(of("strategy.prewarm.throughput_per_min")).toMatchObject({
      ...{ unit: "items/min", better: "higher", portable: false, reference: null },
    });
  });

  it("call a further ratio of the same metric after what it is measured against", () => {
    expect(of("strategy.prewarm.throughput_per_min_ratio")).toMatchObject({
      reference: "one_by_one",
      unit: "x",
    });
    expect(of("strategy.prewarm.throughput_per_min_ratio_to_five_per_tick")).toMatchObject({
      ...{ reference: "five_per_tick", portable: true },
    });
  });

  const withSamples = (samples: readonly number[]) => {
    const metrics = [{ name: "cpu", unit: "ns", better: "lower" as const, samples }];
    const [figure] = figuresIn("queue", [{ name: "ours", title: "", metrics }], []);
    return figure;
  };
  const median = (samples: readonly number[]) => withSamples(samples)?.median;
  const spread = (samples: readonly number[]) => withSamples(samples)?.spread;

  it("hold the middle of the samples and half of where the middle half lies", () => {
    expect(median([4, 1, 100, 2, 3])).toBe(3);
    expect(median([1, 2])).toBe(1.5);
    expect(spread([90, 95, 100, 105, 110])).toBeCloseTo(0.05);
  });

  it("have no median without samples, or with one that is no number", () => {
    expect(median([])).toBeNaN();
    expect(median([1, Number.NaN])).toBeNaN();
    expect(median([1, Number.POSITIVE_INFINITY, 2])).toBeNaN();
    expect(spread([1, 2, 3])).toBeNull();
    expect(spread([0, 0, 0, 0])).toBeNull();
    expect(spread([1, 2, 3, 4, Number.NaN])).toBeNull();
  });
});
