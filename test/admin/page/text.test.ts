import { describe, expect, it } from "vitest";
import {
  count,
  engineTime,
  hour,
  lanesSum,
  lasted,
  percent,
  plural,
  saidOf,
  short,
  sized,
  time,
  took,
} from "../../../src/admin/page/text.js";

describe("the status page writes", () => {
  it("numbers with commas, small ones with one digit behind the point", () => {
    expect([count(12_480), count(0.4), short(99.94), short(100.4)]).toEqual(["12,480", "0", "99.9", "100"]);
    expect([plural(1, "retry", "retries"), plural(2_000, "retry", "retries")]).toEqual([
      "1 retry",
      "2,000 retries",
    ]);
  });

  it("100 percent only where nothing is missing", () => {
    expect([percent(1), percent(0.99999), percent(0.0449), percent(0)]).toEqual([
      "100",
      "99.9",
      "4.4",
      "0.0",
    ]);
  });

  it("bytes in the largest unit that keeps them above one", () => {
    expect([0, 999, 1_000, 999_499, 999_500, 4_123_456, 2e15].map(sized)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "999 kB",
      "1.0 MB",
      "4.1 MB",
      "2000 TB",
    ]);
  });

  it("short times in milliseconds or seconds, long ones in their two largest units", () => {
    expect([0, 999, 1_000, 99_949, 120_000].map((ms) => took(ms).join(" "))).toEqual([
      "0 ms",
      "999 ms",
      "1.0 s",
      "99.9 s",
      "120 s",
    ]);
    expect([-5, 59_000, 61_000, 5_400_000, 90_000_000].map(lasted)).toEqual([
      "0 s",
      "59 s",
      "1m 1s",
      "1h 30m",
      "1d 1h",
    ]);
  });

  it("the time of day, with the date where it was another day", () => {
    const at = new Date(2026, 10, 24, 9, 5, 7).getTime();
    const later = new Date(2026, 10, 25, 0, 0, 1).getTime();
    expect([hour(at), time(at, at), time(at, later)]).toEqual(["09:05", "09:05:07", "2026-11-24 09:05:07"]);
  });
});

const NOTHING = { accepted: 0, duplicates: 0, passed_over: [], not_found: [] };

describe("what is said of a retry", () => {
  it.each([
    [{ ...NOTHING, accepted: 1 }, "1 row is tried again."],
    [{ ...NOTHING, accepted: 2, duplicates: 1 }, "2 rows are tried again. 1 row waits for it already."],
    [{ ...NOTHING, passed_over: [{ key: "a", next: "it has its file_id" }] }, "a: it has its file_id."],
    [{ ...NOTHING, not_found: ["b"] }, "b: the ledger has no row of it; the next pass looks at it again."],
    [NOTHING, "There is nothing to try again."],
  ])("is what became of it (%j)", (answer, said) => {
    expect(saidOf(answer)).toBe(said);
  });
});

describe("the sum of lanes", () => {
  const lane = {
    bot: "default",
    chat: "-1",
    title: "Warmup",
    per_minute: 20,
    sent: 0,
    frozen_ms: 0,
    closed: null,
  };
  const closed = { ...lane, closed: { reason: "chat_gone", message: "gone", next: "make another" } } as const;

  it("counts each in the state that it is in", () => {
    expect(lanesSum([])).toBe("");
    expect(lanesSum([lane, lane])).toBe("2 open, 40.0/min together");
    expect(lanesSum([lane, closed, { ...lane, frozen_ms: 9_000 }])).toBe(
      "1 open, 1 closed, 1 frozen, 20.0/min together",
    );
    expect(lanesSum([closed, { ...closed, frozen_ms: 9_000 }])).toBe("0 open, 2 closed");
  });
});

it("dates an hour of a faster clock as an hour", () => {
  const now = 1_700_000_000_000;
  expect([now - 360_000, now - 180_000, now].map((at) => engineTime(at, now, 10))).toEqual([
    now - 3_600_000,
    now - 1_800_000,
    now,
  ]);
  expect(engineTime(now - 60_000, now, 1)).toBe(now - 60_000);
});
