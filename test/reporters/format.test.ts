import { describe, expect, it } from "vitest";
import {
  count,
  cut,
  duration,
  interval,
  oneLine,
  percent,
  perMinute,
  perSecond,
  size,
  wrap,
} from "../../src/reporters/format.ts";

describe("format", () => {
  it("groups counts by thousands", () => {
    expect([0, 999, 1000, 1234567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
  });

  it("gives sizes in decimal units with three digits", () => {
    expect([0, 999, 1000, 999_499, 999_500, 12_345_678, 2e9, 5e15].map(size)).toEqual([
      "0 B",
      "999 B",
      "1.00 kB",
      "999 kB",
      "1.00 MB",
      "12.3 MB",
      "2.00 GB",
      "5000 TB",
    ]);
    expect(perSecond(1_240_000)).toBe("1.24 MB/s");
  });

  it("gives durations in their two largest units, without 60 of anything", () => {
    const times = [
      -1, 0, 999, 1000, 59_949, 59_950, 3_599_400, 3_599_600, 6_000_000, 86_399_600, 270_000_000,
    ];
    expect(times.map(duration)).toEqual([
      "0 ms",
      "0 ms",
      "999 ms",
      "1.0 s",
      "59.9 s",
      "1m 0s",
      "59m 59s",
      "1h 0m",
      "1h 40m",
      "1d 0h",
      "3d 3h",
    ]);
  });

  it("gives intervals as one would write them", () => {
    const times = [0, 250, 1_000, 90_000, 300_000, 5_400_000, 86_401_000];
    expect(times.map(interval)).toEqual(["0s", "250ms", "1s", "1m30s", "5m", "1h30m", "1d1s"]);
  });

  it("calls only all of it 100 %", () => {
    expect([0, 0.5, 0.99999, 1].map(percent)).toEqual(["0.0 %", "50.0 %", "99.9 %", "100 %"]);
    expect([38.24, 1500].map(perMinute)).toEqual(["38.2/min", "1,500/min"]);
  });

  it("cuts and wraps to a width", () => {
    expect([cut("abcdef", 6), cut("abcdefg", 6), cut("abcdefg", 3), cut("abc", 0)]).toEqual([
      "abcdef",
      "abc...",
      "abc",
      "",
    ]);
    expect(wrap("one two three four", 9)).toEqual(["one two", "  three", "  four"]);
    expect(wrap("a-very-long-word", 8)).toEqual(["a-very", "  -long-", "  word"]);
    expect(wrap("", 8)).toEqual([""]);
  });

  it("makes one harmless line of any text", () => {
    expect(oneLine("a\r\nb\u001b[31mc\u0085d\u2028e")).toBe("a b [31mc d e");
    expect(oneLine("x\u202egpj.\u2066exe\u2069\u200f\u061c")).toBe("xgpj.exe");
  });
});
