import { describe, expect, it } from "vitest";
import {
  count,
  hour,
  lasted,
  percent,
  plural,
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
