import { describe, expect, it } from "vitest";
import { compareReports, maxRegression } from "../../../src/bench/report/compare.ts";
import { shiftOf } from "../../../src/bench/report/shift.ts";
import type { Comparison } from "../../../src/bench/report/view-types.ts";
import type { BenchReport, ScenarioResult } from "../../../src/bench/types.ts";
import { RECIPES, type ReportOptions, reportOf, samplesAround } from "./fixture.ts";

const LIMIT = 0.1;
/** As noisy as a machine with its other core loaded: run-to-run offsets of 3 %, some samples 60 % off. */
const BUSY = { sigma: 0.04, offset: 0.03, rounds: 15 };

function compare(before: BenchReport, now: BenchReport, limit = LIMIT): Comparison {
  return compareReports({ path: "baseline.json", report: before }, now, limit);
}

function verdictOf(comparison: Comparison, name: string) {
  return comparison.rows.find((row) => row.name === name)?.verdict;
}

const one = (report: BenchReport, change: (result: ScenarioResult) => ScenarioResult): BenchReport => ({
  ...report,
  scenarios: report.scenarios.map((result) => (result.scenario === "strategy" ? change(result) : result)),
});

describe("a comparison with a baseline", () => {
  it("catches a change that costs 20 % of a figure in ten of ten runs", () => {
    const baseline = reportOf({ seed: 1, ...BUSY });
    const caught = Array.from({ length: 10 }, (_, at) => {
      const now = reportOf({ seed: 100 + at, cost: 1.2, ...BUSY });
      return RECIPES.every(({ scenario }) =>
        compare(baseline, now).rows.some(
          ({ name, verdict }) => name.startsWith(`${scenario}.`) && verdict === "regression",
        ),
      );
    });
    expect(caught).toEqual(Array(10).fill(true));
  });

  it("lets an unchanged build pass in twenty of twenty runs", () => {
    const baseline = reportOf({ seed: 1, ...BUSY });
    const failed = Array.from(
      { length: 20 },
      (_, at) => compare(baseline, reportOf({ seed: 200 + at, ...BUSY })).failed,
    );
    expect(failed).toEqual(Array(20).fill(false));
  });

  it.each([
    { rounds: 12, sigma: 0.02, offset: 0.015, least: 0.99 },
    { rounds: 12, sigma: 0.04, offset: 0.015, least: 0.97 },
    { rounds: 20, sigma: 0.06, offset: 0.015, least: 0.95 },
    { rounds: 20, sigma: 0.04, offset: 0.03, least: 0.96 },
    { rounds: 40, sigma: 0.06, offset: 0.03, least: 0.96 },
  ])(
    "tells 20 % from nothing with $rounds samples, sigma $sigma, run to run $offset",
    ({ least, ...noise }) => {
      const runs = 300;
      const share = (cost: number) =>
        Array.from({ length: runs }, (_, at) => {
          const before = samplesAround(1, { ...noise, seed: 2 * at });
          const shift = shiftOf(before, samplesAround(cost, { ...noise, seed: 2 * at + 1 }));
          return shift !== null && shift.estimate - shift.error > Math.log1p(LIMIT);
        }).filter(Boolean).length / runs;
      expect(share(1.2)).toBeGreaterThanOrEqual(least);
      expect(share(1)).toBeLessThanOrEqual(0.004);
    },
  );

  it("judges a rate and a time alike: what the same work costs more", () => {
    const quiet = { sigma: 0.001, rounds: 12 };
    const { rows } = compare(reportOf(quiet), reportOf({ ...quiet, seed: 2, cost: 1.25 }));
    const rate = rows.find(({ name }) => name === "strategy.prewarm.throughput_per_min_ratio");
    const time = rows.find(({ name }) => name === "queue.deque.cpu_ns_per_op_ratio");
    expect([rate?.cost, time?.cost]).toEqual([expect.closeTo(0.25, 2), expect.closeTo(0.25, 2)]);
    expect([rate?.change, time?.change]).toEqual([expect.closeTo(-0.2, 2), expect.closeTo(0.25, 2)]);
  });

  it("calls what is worse within the error neither a regression nor unchanged", () => {
    const noisy: ReportOptions = { sigma: 0.15, rounds: 6, recipes: RECIPES.slice(0, 1) };
    const row = compare(reportOf(noisy), reportOf({ ...noisy, seed: 7, cost: 1.2 })).rows.find(
      ({ judged }) => judged,
    );
    expect(row?.cost).toBeGreaterThan(LIMIT);
    expect(row?.verdict).toBe("unsure");
  });

  it("shows improvements, and absolute figures without judging them", () => {
    const comparison = compare(reportOf(), reportOf({ seed: 2, cost: 0.7 }));
    expect(comparison.failed).toBe(false);
    expect(verdictOf(comparison, "signer.memoized.cpu_us_per_url_ratio")).toBe("improved");
    const slower = one(reportOf({ seed: 2 }), (result) => ({
      ...result,
      variants: result.variants.map((variant) => ({
        ...variant,
        metrics: variant.metrics.map((each) => ({ ...each, samples: each.samples.map((ms) => ms * 3) })),
      })),
    }));
    const absolute = compare(reportOf(), slower);
    expect(verdictOf(absolute, "strategy.prewarm.p95_ms")).toBe("regression");
    expect(absolute.failed).toBe(false);
  });

  it("judges an absolute figure that holds on any machine", () => {
    const portable = (times: number) =>
      one(reportOf({ recipes: RECIPES.slice(2, 3) }), (result) => ({
        ...result,
        variants: [
          {
            ...{ name: "prewarm", title: "prewarm" },
            metrics: [
              {
                name: "share",
                unit: "%",
                better: "higher",
                portable: true,
                samples: [98, 99, 98, 99].map((v) => v / times),
              },
            ],
          },
        ],
      }));
    expect(compare(portable(1), portable(1)).failed).toBe(false);
    expect(verdictOf(compare(portable(1), portable(2)), "strategy.prewarm.share")).toBe("regression");
  });

  it("shows a ratio that depends on the machine, and does not judge it", () => {
    const shifting = (cost: number) =>
      one(reportOf({ cost }), (result) => ({
        ...result,
        ratios: result.ratios.map((ratio) => ({ ...ratio, portable: false })),
      }));
    const { rows } = compare(shifting(1), shifting(2));
    const ratios = rows.filter(({ name }) => /^strategy.*_ratio/.test(name));
    expect(ratios.map(({ verdict, judged }) => ({ verdict, judged }))).toEqual(
      ratios.map(() => ({ verdict: "regression", judged: false })),
    );
    expect(ratios.length).toBeGreaterThan(0);
  });

  it("fails when a figure of the baseline is gone, or has no samples left, though its scenario ran", () => {
    const gone = one(reportOf(), (result) => ({ ...result, ratios: result.ratios.slice(1) }));
    expect(compare(reportOf(), gone)).toMatchObject({ failed: true });
    const empty = one(reportOf(), (result) => ({
      ...result,
      ratios: result.ratios.map((ratio) => ({ ...ratio, samples: [] })),
    }));
    expect(verdictOf(compare(reportOf(), empty), "strategy.prewarm.throughput_per_min_ratio")).toBe(
      "missing",
    );
  });

  it("says which scenarios one side lacks, and compares the others", () => {
    const fewer = reportOf({ recipes: RECIPES.slice(0, 2) });
    const left = compare(reportOf(), fewer);
    expect(left).toMatchObject({ failed: false });
    expect(left.notes).toEqual([
      "strategy: in the baseline and not in this run, so not compared",
      "pace: in the baseline and not in this run, so not compared",
    ]);
    expect(compare(fewer, reportOf()).notes).toEqual([
      "strategy: not in the baseline, so nothing to compare it with",
      "pace: not in the baseline, so nothing to compare it with",
    ]);
  });

  it("fails when there is nothing to compare at all", () => {
    const comparison = compare(
      reportOf({ recipes: RECIPES.slice(0, 1) }),
      reportOf({ recipes: RECIPES.slice(1, 2) }),
    );
    expect(comparison.failed).toBe(true);
    expect(comparison.notes[0]).toMatch(/^nothing could be compared/);
  });
});

describe("the shift between two sets of samples", () => {
  it("is the same for the same samples, and none without a positive sample on each side", () => {
    const [a, b] = [
      samplesAround(1, { seed: 1, rounds: 12, sigma: 0.05 }),
      samplesAround(2, { seed: 2, rounds: 9, sigma: 0.05 }),
    ];
    expect(shiftOf(a, b)).toEqual(shiftOf(a, b));
    expect(shiftOf(a, b)?.estimate).toBeCloseTo(Math.log(2), 0);
    expect([shiftOf([], b), shiftOf(a, []), shiftOf(a, [0]), shiftOf([Number.NaN], b)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("is hardly moved by outliers", () => {
    expect(shiftOf([1, 1, 1, 1, 1, 1, 1, 9], [1, 1, 1, 1, 1, 1, 1, 1])?.estimate).toBe(0);
  });

  it("trusts few samples less", () => {
    expect(shiftOf([1], [1.2])?.error).toBeGreaterThan(
      shiftOf([1, 1, 1, 1], [1.2, 1.2, 1.2, 1.2])?.error ?? 1,
    );
  });
});

describe("--max-regression", () => {
  it.each([
    ["10%", 0.1],
    ["2.5 %", 0.025],
    ["0%", 0],
  ])("takes %s", (text, share) => {
    expect(maxRegression(text)).toBeCloseTo(share);
  });

  it.each(["10", "0.1", "-5%", "ten", "", "1001%"])("refuses '%s'", (text) => {
    expect(() => maxRegression(text)).toThrow("a share such as 10%");
  });
});
