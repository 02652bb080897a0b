import { describe, expect, it } from "vitest";
import { resultOf, type Spec } from "../../src/bench/harness/spec.ts";

const spec: Spec = {
  name: "queue",
  what: "two ways",
  simulated: null,
  variants: { ours: "our way", theirs: "their way" },
  metrics: [
    { name: "cpu_ns_per_item", unit: "ns", better: "lower" },
    { name: "objects_per_s", unit: "objects/s", better: "higher" },
  ],
  ratios: [
    { variant: "ours", metric: "cpu_ns_per_item", reference: "theirs" },
    { variant: "theirs", metric: "cpu_ns_per_item", reference: "ours", better: "higher" },
  ],
  targets: [
    {
      text: "half",
      figure: "ours.cpu_ns_per_item_ratio",
      unit: "% less",
      value: (ratio) => 100 * (1 - ratio),
      least: 50,
    },
    { text: "fast", figure: "ours.objects_per_s", unit: "objects/s", least: 1_000 },
    { text: "cheap", figure: "theirs.cpu_ns_per_item", unit: "ns", most: 30 },
  ],
};
const effort = { rounds: 3, seconds: 1, incomplete: null, plots: [] };

describe("a result", () => {
  const cpu = (value: number) => ({ cpu_ns_per_item: value });
  const rounds = [{ ours: cpu(10), theirs: cpu(40) }, { ours: cpu(12) }, { ours: cpu(12), theirs: cpu(36) }];
  const result = resultOf(spec, rounds, effort);

  it("has the samples of each variant, in order, and no metric without any", () => {
    expect(
      result.variants.map(({ name, metrics }) => [name, metrics.map((it) => [it.name, it.samples])]),
    ).toEqual([
      ["ours", [["cpu_ns_per_item", [10, 12, 12]]]],
      ["theirs", [["cpu_ns_per_item", [40, 36]]]],
    ]);
  });

  it("has ratios of pairs of one round only", () => {
    expect(result.ratios.map(({ samples, better }) => [better, samples])).toEqual([
      ["lower", [0.25, 12 / 36]],
      ["higher", [4, 3]],
    ]);
  });

  it("judges targets by the median, and not what was not measured", () => {
    expect(result.targets.map(({ met }) => met)).toEqual([true, null, false]);
    expect(result.targets[0]?.value).toBeCloseTo(100 * (1 - (0.25 + 12 / 36) / 2));
    expect(result.targets[1]?.value).toBeNull();
  });

  it("leaves a pair out whose reference is nothing", () => {
    const { ratios } = resultOf(spec, [{ ours: cpu(10), theirs: cpu(0) }], effort);
    expect(ratios[0]?.samples).toEqual([]);
  });

  it("says how far a target is, when it was to be reached or not to be exceeded", () => {
    expect(result.targets.map(({ limit }) => limit)).toEqual([50, 1_000, 30]);
  });

  it("has the doubts that its rounds raise, by figures that no table shows", () => {
    const failing: Spec = {
      ...spec,
      doubts: (all) =>
        all.map(({ ours }) => ({ about: "queue", text: `${ours?.failed} failed`, next: "again" })),
    };
    const { doubts, variants } = resultOf(failing, [{ ours: { ...cpu(1), failed: 2 } }], effort);
    expect(doubts.map(({ text }) => text)).toEqual(["2 failed"]);
    expect(variants[0]?.metrics.map(({ name }) => name)).toEqual(["cpu_ns_per_item"]);
  });
});
