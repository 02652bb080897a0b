import { describe, expect, it } from "vitest";
import { BadValue } from "../../src/config/bad-value.ts";
import { nearest } from "../../src/config/nearest.ts";
import {
  botPace,
  byteSize,
  duration,
  failuresBound,
  list,
  oneOf,
  onOff,
  pace,
  wholeNumber,
} from "../../src/config/parse.ts";
import { endpointUrl } from "../../src/config/places.ts";

const count = wholeNumber(1, 1_000);

const GOOD: readonly [name: string, parse: (text: string) => unknown, text: string, value: unknown][] = [
  ["duration", duration, "90", 90_000],
  ["duration", duration, "90s", 90_000],
  ["duration", duration, "1h30m", 5_400_000],
  ["duration", duration, "250ms", 250],
  ["duration", duration, "1.5d", 129_600_000],
  ["duration", duration, "0", 0],
  ["byteSize", byteSize, "64MiB", 67_108_864],
  ["byteSize", byteSize, "1.5 kB", 1_500],
  ["byteSize", byteSize, "2gb", 2_000_000_000],
  ["byteSize", byteSize, "4096", 4_096],
  ["byteSize", byteSize, "0", 0],
  ["wholeNumber", count, "1", 1],
  ["wholeNumber", count, "1000", 1_000],
  ["onOff", onOff, "1", true],
  ["onOff", onOff, "Yes", true],
  ["onOff", onOff, "off", false],
  ["onOff", onOff, "", false],
  ["list", list, " a, ,b ", ["a", "b"]],
  ["oneOf", oneOf("a", "b"), "b", "b"],
  ["endpointUrl", endpointUrl, "https://host/", "https://host"],
  ["endpointUrl", endpointUrl, "http://127.0.0.1:9000/path/", "http://127.0.0.1:9000/path"],
  ["pace", pace, "adaptive", { type: "adaptive" }],
  ["pace", pace, "documented", { type: "documented" }],
  ["pace", pace, "7.5/min", { type: "fixed", perMinute: 7.5 }],
  ["botPace", botPace, "none", null],
  ["botPace", botPace, "30/s", 1_800],
  ["failuresBound", failuresBound, "0", { count: 0 }],
  ["failuresBound", failuresBound, "5%", { share: 0.05 }],
];

const BAD: readonly [name: string, parse: (text: string) => unknown, texts: readonly string[]][] = [
  ["duration", duration, ["", "5 m", "5y", "m5", "1h30", "-1s", "1e3s"]],
  ["byteSize", byteSize, ["", "-1", "64 M i B", "64TiB", "much", "1e6", "MiB"]],
  ["wholeNumber", count, ["0", "1001", "-1", "1.5", "", "1e2", "0x10"]],
  ["onOff", onOff, ["2", "ja"]],
  ["oneOf", oneOf("a", "b"), ["", "A", "a,b"]],
  ["endpointUrl", endpointUrl, ["host", "ftp://host", "https://host/?a=b", "https://me:pw@host", ""]],
  ["pace", pace, ["", "20", "0/min", "-1/min", "20/s", "fast"]],
  ["botPace", botPace, ["", "30", "0/s", "30/min"]],
  ["failuresBound", failuresBound, ["", "x", "-1", "101%", "5 %"]],
];

describe("values", () => {
  it.each(GOOD)("%s takes %j%s", (_name, parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each(BAD.flatMap(([name, parse, texts]) => texts.map((text) => ({ name, parse, text }))))(
    '$name refuses "$text"',
    ({ parse, text }) => {
      expect(() => parse(text)).toThrow(BadValue);
    },
  );
});

describe("the nearest name", () => {
  it.each([
    ["concurency", "concurrency"],
    ["BUCKET", "bucket"],
    ["max-queue", "max_queue"],
    ["something-else", null],
    ["x", null],
  ])("of %s is %s", (word, wanted) => {
    expect(nearest(word, ["bucket", "concurrency", "max_queue"])).toBe(wanted);
  });
});
