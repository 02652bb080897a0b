import { describe, expect, it } from "vitest";
import { forecastLines, planLine, planText } from "../../../src/reporters/run/plan-text.ts";

const PLAN = {
  toWarm: 1200,
  skipped: 3,
  filtered: 0,
  listed: 1_203,
  bottleneck: "lanes" as const,
  operations: { classA: 2, classB: 2_400 },
  bytes: 91_234_567,
  lanes: 2,
  ceilingPerMin: 40,
  etaSeconds: 1800,
  advice: ["7 more channels: 180/min, 7 min instead of 30 min"],
};

const COST =
  "about 2 Class A and 2,400 Class B operations, under $0.01 (within what is free a month: 1,000,000 and 10,000,000)";

describe("a plan", () => {
  it("is a line of JSON with the published fields in their order", () => {
    expect(JSON.stringify(planLine(PLAN))).toBe(
      '{"type":"plan","to_warm":1200,"skipped":3,"bytes":91234567,"lanes":2,"ceiling_per_min":40,"eta_seconds":1800,' +
        '"advice":["7 more channels: 180/min, 7 min instead of 30 min"],"bottleneck":"lanes","filtered":0,' +
        '"class_a":2,"class_b":2400,"cost_usd":0.0009}',
    );
  });

  it("is a small table for people", () => {
    expect(planText(PLAN).split("\n")).toEqual([
      "to warm   1,200 objects, 91.2 MB",
      "skipped   3",
      "lanes     2",
      "pace      at most 40/min, the limit is the lanes",
      "time      about 30m 0s",
      `cost      ${COST}`,
      "faster    7 more channels: 180/min, 7 min instead of 30 min",
      "",
    ]);
    expect(planText({ ...PLAN, etaSeconds: null })).toContain("time      no lane to send by");
  });
});

describe("a forecast", () => {
  it("says what there is, how long it takes, and what would be faster", () => {
    const [first, ...rest] = forecastLines({ ...PLAN, all: true });
    expect(first).toBe(
      "to warm: 1,200 objects, 91.2 MB; 2 lanes: at most 40/min, the limit is the lanes; about 30m 0s",
    );
    expect(rest).toEqual([
      `cost at R2: ${COST}`,
      "faster: 7 more channels: 180/min, 7 min instead of 30 min",
    ]);
    expect(forecastLines({ ...PLAN, all: false })[0]).toMatch(/^to warm: 1,200 objects so far, /);
  });

  it.each([null, 0, 9])("of %s seconds is not worth a word", (etaSeconds) => {
    expect(forecastLines({ ...PLAN, etaSeconds, all: true })).toEqual([]);
  });
});
