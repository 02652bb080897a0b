import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { cells, padCells, splitAt } from "../../src/reporters/cells.ts";
import { cut, wrap } from "../../src/reporters/format.ts";

const TEXTS = [
  "写真/東京タワー/夜景のとても長い名前のファイル.jpg ".repeat(4),
  "한국어 파일 이름 ".repeat(12),
  "😀🎉👩‍👩‍👧‍👦🇩🇪".repeat(20),
  "photos/cafe\u0301/na\u00efve.jpg ".repeat(6),
  "ｆｕｌｌｗｉｄｔｈ".repeat(12),
];

describe("cells", () => {
  it.each([
    ["plain", 5],
    ["", 0],
    ["東京", 4],
    ["cafe\u0301", 4],
    ["😀", 2],
    ["👩‍👩‍👧‍👦", 2],
    ["🇩🇪", 2],
    ["🪿🫨", 4],
    ["\u001b[31mred\u001b[39m", 3],
  ])("of %j are %i", (text, wanted) => {
    expect(cells(text)).toBe(wanted);
  });

  it.each(TEXTS)("of no row are more than its width: %s", (text) => {
    for (const width of [8, 39, 79]) {
      expect(cells(cut(text, width))).toBeLessThanOrEqual(width);
      const rows = wrap(text, width);
      expect(Math.max(...rows.map(cells))).toBeLessThanOrEqual(width);
      expect(Math.max(...rows.map((row) => stringWidth(row)))).toBeLessThanOrEqual(width);
      expect(rows.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }
  });

  it("are filled up, and never split within a character", () => {
    expect([padCells("東", 4), padCells("abc", 2)]).toEqual(["東  ", "abc"]);
    expect(splitAt("a東b", 2)).toEqual(["a", "東b"]);
    expect(splitAt("東", 1)).toEqual(["東", ""]);
  });
});
