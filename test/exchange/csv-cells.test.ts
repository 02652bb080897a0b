import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { cellText, csvCell } from "../../src/exchange/csv-cells.ts";

const TEXTS = [
  "covers/a.jpg",
  "",
  " ",
  "\t",
  "'",
  "''",
  "'quoted'",
  "'=1",
  "''=1",
  '=HYPERLINK("http://x","a")',
  "+1+1",
  "-2+3",
  "@SUM(A1)",
  "\tx",
  "\rx",
  'a "b", c',
  "two\nlines",
  "two\r\nlines",
  "café/日本/\u{1f600}.jpg",
  "e\u0301",
  " a ",
];

describe("a cell of csv", () => {
  it.each(TEXTS)("gives %j back", (text) => {
    const [row] = parse(`x,${csvCell(text)},y\n`) as string[][];
    expect(row?.map(cellText)).toEqual(["x", text, "y"]);
  });

  it.each(TEXTS)("of %j is nothing that a spreadsheet runs", (text) => {
    const [row] = parse(`x,${csvCell(text)},y\n`) as string[][];
    expect(row?.[1]).not.toMatch(/^[=+\-@\t\r]/);
  });

  it("leaves numbers as numbers", () => {
    expect([-1001234567890, "-1001234567890", 7, "-1.5"].map(csvCell)).toEqual([
      "-1001234567890",
      "-1001234567890",
      "7",
      "-1.5",
    ]);
    expect(cellText("-1001234567890")).toBe("-1001234567890");
  });

  it("tells nothing from an empty text", () => {
    expect([null, ""].map(csvCell)).toEqual(["", "'"]);
  });
});
