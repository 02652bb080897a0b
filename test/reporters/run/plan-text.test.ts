import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import { forecastLines, planLine, planText } from "../../../src/reporters/run/plan-text.ts";
import { failedItem, lost, scene, tooBig } from "../sample-events.ts";

const RUN = "prewarm run";
const nothing = scene().tally.snapshot();

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
    expect(JSON.stringify(planLine(PLAN, nothing))).toBe(
      '{"type":"plan","to_warm":1200,"skipped":3,"bytes":91234567,"lanes":2,"ceiling_per_min":40,"eta_seconds":1800,' +
        '"advice":["7 more channels: 180/min, 7 min instead of 30 min"],"bottleneck":"lanes","filtered":0,' +
        '"class_a":2,"class_b":2400,"cost_usd":0.0009,"left_failed":0,"left_unknown":0}',
    );
  });

  it("is a small table for people", () => {
    expect(planText(PLAN, nothing, RUN).split("\n")).toEqual([
      "to warm   1,200 objects, 91.2 MB",
      "skipped   3",
      "lanes     2",
      "pace      at most 40/min, the limit is the lanes",
      "time      about 30m 0s",
      `cost      ${COST}`,
      "faster    7 more channels: 180/min, 7 min instead of 30 min",
      "",
    ]);
    expect(planText({ ...PLAN, etaSeconds: null }, nothing, RUN)).toContain("time      no lane to send by");
  });
});

describe("a plan with objects that are left alone", () => {
  const { tally, events } = scene();
  events.emit("item", failedItem(tooBig, { left: true }));
  events.emit("item", failedItem(lost, { left: true }));

  it("says how many they are, why, and how they are tried again", () => {
    expect(planText(PLAN, tally.snapshot(), RUN)).toMatch(
      /^left alone: 1 failed \(file_too_big\), 1 unknown \(answer_lost\); to try them again: prewarm run --only failed,unknown$/m,
    );
    expect(planLine(PLAN, tally.snapshot())).toMatchObject({ left_failed: 1, left_unknown: 1 });
    expect(planText(PLAN, nothing, RUN)).not.toContain("left alone");
  });

  it("counts each reason where there are several, without what failed in this run", () => {
    events.emit("item", failedItem(failure("photo_dimensions", "too long"), { left: true }));
    events.emit("item", failedItem(failure("no_lane_left", "none")));
    expect(planText(PLAN, tally.snapshot(), RUN)).toContain(
      "left alone: 2 failed (file_too_big 1, photo_dimensions 1), 1 unknown (answer_lost); to",
    );
  });

  it("speaks of one object as one", () => {
    expect(planText({ ...PLAN, toWarm: 1, filtered: 1 }, nothing, RUN)).toMatch(
      /^to warm {3}1 object, [\s\S]*^filtered {2}1 key left out/m,
    );
    expect(forecastLines({ ...PLAN, toWarm: 1, all: true })[0]).toMatch(/^to warm: 1 object, /);
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
