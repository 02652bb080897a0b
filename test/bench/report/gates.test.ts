import { describe, expect, it } from "vitest";
import { judgeGates, parseGates } from "../../../src/bench/report/gates.ts";
import type { BenchReport } from "../../../src/bench/types.ts";
import { ConfigError } from "../../../src/config/error.ts";
import { ENVIRONMENT } from "./fixture.ts";

function reportWith(metric: string, unit: string, samples: readonly number[]): BenchReport {
  const variants = [
    { name: "prewarm", title: "prewarm", metrics: [{ name: metric, unit, better: "lower", samples }] },
  ] as const;
  const ratio = {
    variant: "prewarm",
    metric,
    reference: "old",
    better: "lower",
    samples: [0.4, 0.5, 0.6],
  } as const;
  return {
    ...{ type: "bench", schema: 1, at: "2026-11-24T10:00:00.000Z", environment: ENVIRONMENT, doubts: [] },
    scenarios: [
      {
        ...{ scenario: "strategy", what: "", simulated: null, rounds: 3, seconds: 1, incomplete: null },
        ...{ variants, ratios: [ratio], targets: [], doubts: [], plots: [] },
      },
    ],
  };
}

const report = reportWith("p95_ms", "ms", [800, 810, 5000]);

function judge(expression: string, given = report) {
  const [result] = judgeGates(parseGates([expression]), given);
  return { passed: result?.passed, why: result?.why ?? null };
}

function problems(...expressions: string[]): readonly string[] {
  try {
    parseGates(expressions);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
  }
  return [];
}

describe("a gate", () => {
  it.each([
    ["<=810", true],
    ["<810", false],
    [">=810", true],
    [">810", false],
    ["==810", true],
    ["==811", false],
    [" <= 810 ms ", true],
    ["<=0.81s", true],
    ["<0.81s", false],
    ["<8.2e2", true],
    ["<810500us", true],
    [">-1", true],
  ])("on the median 810 ms with %s passes: %s", (rest, passed) => {
    expect(judge(`strategy.prewarm.p95_ms${rest}`)).toEqual({ passed, why: null });
  });

  it.each([
    ["<=50%", true],
    ["<50%", false],
    ["<=0.5x", true],
    ["<=0.49", false],
  ])("on the ratio 0.5 with %s passes: %s", (rest, passed) => {
    expect(judge(`strategy.prewarm.p95_ms_ratio${rest}`).passed).toBe(passed);
  });

  it("on a rate takes the unit with and without what is counted", () => {
    const rate = reportWith("throughput_per_min", "items/min", [120]);
    expect(judge("strategy.prewarm.throughput_per_min>=120/min", rate).passed).toBe(true);
    expect(judge("strategy.prewarm.throughput_per_min>=120items/min", rate).passed).toBe(true);
    expect(judge("strategy.prewarm.throughput_per_min>=2/s", rate).passed).toBe(true);
    expect(judge("strategy.prewarm.throughput_per_min>2/s", rate).passed).toBe(false);
  });

  it("fails on a unit that the figure does not have", () => {
    expect(judge("strategy.prewarm.p95_ms<5MB")).toEqual({
      ...{ passed: false, why: "this figure is in ms, not in MB" },
    });
  });

  it("fails on a name that does not exist, and names the nearest", () => {
    const { passed, why } = judge("strategy.prewarm.p59_ms<900");
    expect(passed).toBe(false);
    expect(why).toMatch(/^no such figure; nearest: strategy\.prewarm\.p95_ms, /);
  });

  it("fails on a scenario that was not run, and says so", () => {
    expect(judge("transfer.url.cpu_ms<1").why).toMatch(
      /^the scenario transfer was not run: .*prewarm bench transfer/,
    );
  });

  it("fails on a figure without samples, or with one that is no number", () => {
    const none = reportWith("p95_ms", "ms", []);
    expect(judge("strategy.prewarm.p95_ms>=0", none)).toMatchObject({
      passed: false,
      why: expect.stringContaining("no samples"),
    });
    const broken = reportWith("p95_ms", "ms", [1, Number.NaN]);
    expect(judge("strategy.prewarm.p95_ms>=0", broken)).toMatchObject({
      passed: false,
      why: expect.stringContaining("is not a number"),
    });
  });
});

describe("an expression that cannot be read", () => {
  it.each([
    "",
    "strategy",
    "a.b.c=1",
    "a.b.c=>1",
    "a.b.c>=",
    "a.b.c>=fast",
    ">=1",
    "a.b.c!=1",
    "a.b.c>=1<2",
    "a b.c>=1",
  ])("such as '%s' is a usage error that shows how it is written", (expression) => {
    expect(problems(expression).join()).toContain("strategy.prewarm.throughput_per_min>=100");
  });

  it("with an unknown unit names the units that there are", () => {
    expect(problems("a.b.c>=1 parsecs").join()).toMatch(/no such unit "parsecs" \(ns, us, ms, s, /);
  });

  it("does not hide another one", () => {
    expect(problems("nothing", "a.b.c>=1", "a.b.c>=1 parsecs")).toHaveLength(2);
  });
});
