import { describe, expect, it } from "vitest";
import { cleanFileName, receivedName } from "../../../src/sandbox/bot-api/file-name.ts";
import { cleanName } from "../../../src/transfers/clean-name.ts";

describe("a file name", () => {
  it.each([
    ["50%25off.pdf", "50%off.pdf"],
    ["50%off.pdf", "50%off.pdf"],
    ["a%2Fb%20c.pdf", "b c.pdf"],
    ["%ff.pdf", ""],
    ["100%.pdf", "100%.pdf"],
  ])("that comes as %s is read as %s", (sent, read) => {
    expect(receivedName(sent)).toBe(read);
  });

  const NAMES = [
    "a<b>c:d\"e|f?g*h&i`j'k.txt",
    "  .hidden. .jpg",
    "tab\there\u0001.jpg",
    "cafe\u0301.jpg",
    "日本語 2026.pdf",
    "🎉 party 🎉.png",
    "a🎉b.png",
    "no extension",
    "dots.. .tar.gz",
    "zero\u200bwidth·dot.txt",
    `${"ä".repeat(80)}.${"e".repeat(20)}`,
    "a.b/c.d",
    "x.j*p",
  ];

  it.each(NAMES)("%j is cleaned by us as the server would clean it", (name) => {
    const ours = cleanName(name);
    expect(cleanFileName(ours)).toBe(ours);
    expect(cleanFileName(name.normalize("NFC"))).toBe(ours);
  });

  it("loses what stands above a letter by itself at the server only", () => {
    expect([cleanFileName("cafe\u0301.jpg"), cleanName("cafe\u0301.jpg")]).toEqual(["cafe.jpg", "café.jpg"]);
  });

  it("keeps its extension with us where nothing else is left of it", () => {
    expect([cleanFileName("🎉.jpg"), cleanName("🎉.jpg"), cleanName("***")]).toEqual(["jpg", "file.jpg", ""]);
  });
});
