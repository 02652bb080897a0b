import { describe, expect, it } from "vitest";
import { readLine } from "../../src/exchange/read.ts";

const NOW = "2026-02-01 10:00:00";
const BY_HAND = {
  key: "a.jpg",
  bot: "main",
  bot_id: "7000001",
  kind: "photo",
  file_id: "AgAC",
  etag: "d41d8cd98f00b204e9800998ecf8427e",
  bytes: "12",
};

function read(value: unknown, isCsv = false) {
  return readLine({ where: "ids.csv:7", value }, { isCsv, now: NOW });
}

function problem(value: unknown): string {
  const line = read(value);
  return "problem" in line ? line.problem : "";
}

describe("a line to be imported", () => {
  it("by hand is ready now, of real bots, and of the kind that it names", () => {
    expect(read(BY_HAND)).toMatchObject({
      where: "ids.csv:7",
      row: {
        status: "ready",
        bytes: 12,
        object_kind: "photo",
        created_at: NOW,
        object_updated_at: NOW,
        sandbox: null,
      },
    });
  });

  it.each<[what: string, change: Record<string, unknown>, problem: RegExp]>([
    ["a key", { key: undefined }, /^key is missing$/],
    ["a key that R2 could have", { key: "x".repeat(1025) }, /^key must be a text of 1 to 1024 bytes$/],
    ["a bot", { bot: null }, /^bot is missing: an id serves only/],
    ["a bot's number", { bot_id: null }, /^bot_id is missing: the number before the colon/],
    ["a number for it", { bot_id: "7000001:AA" }, /^bot_id must be a number/],
    ["a kind", { kind: "picture" }, /^kind must be one of photo, .* not "picture"/],
    ["a status", { status: "done" }, /^status must be one of/],
    ["an id where it is ready", { status: "ready", file_id: null }, /^file_id is missing/],
    ["content", { etag: null }, /^sha256 is missing, and so is etag or bytes/],
    ["a size that is one", { bytes: "12 kB" }, /^bytes must be a whole number, not "12 kB"; sha256/],
    [
      "moments that a spreadsheet left as they are",
      { warmup_at: "11/27/2026 0:45", created_at: "45988.03" },
      /^warmup_at must be a moment such as 2026-01-31 12:30:00, not "11\/27\/2026 0:45"; created_at must be/,
    ],
    ["a reason that there is", { error_reason: "sunspots" }, /^error_reason "sunspots" is none$/],
    ["JSON where it has to be", { shown_as: "{" }, /^shown_as must be JSON$/],
  ])("needs %s", (_, change, expected) => {
    expect(problem({ ...BY_HAND, ...change })).toMatch(expected);
  });

  it("that is no object is told so", () => {
    expect(problem(["a"])).toBe('must be an object such as {"key":"a.jpg"}, not a list');
  });

  it("keeps an apostrophe that csv has put before a text, outside of csv", () => {
    const line = { ...BY_HAND, key: "'=1.jpg" };
    expect(read(line, true)).toMatchObject({ row: { key: "=1.jpg" } });
    expect(read(line)).toMatchObject({ row: { key: "'=1.jpg" } });
  });
});

describe("what other programs make of a value", () => {
  it("is read: the flags of spreadsheets, moments of any table", () => {
    expect(read({ ...BY_HAND, weak: "TRUE", sandbox: "FALSE" }, true)).toMatchObject({
      row: { weak: true, sandbox: false },
    });
    for (const moment of ["2026-01-31T12:30:00.5Z", "2026-01-31 12:30:00+00", "1769862600", "1769862600123"])
      expect(read({ ...BY_HAND, warmup_at: moment })).toMatchObject({ row: { warmup_at: moment } });
  });
});
