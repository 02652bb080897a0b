import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PAGES, textOf } from "../docs/page.ts";
import { svgOf } from "./svg.mjs";

const FOLDER = new URL("../../docs/pictures/", import.meta.url);
const NAMES = readdirSync(FOLDER);

const cells = (text: string, look = {}) =>
  [...text].map((letter) => ({
    text: letter,
    width: 1,
    fg: null,
    bg: null,
    bold: false,
    dim: false,
    ...look,
  }));

describe("the pictures", () => {
  it("keep words in their columns and looks, whatever the font is", () => {
    const row = [
      ...cells("a<b"),
      ...cells("   "),
      ...cells("ok", { fg: 2 }),
      ...cells(" fine", { bold: true }),
    ];
    const svg = svgOf([cells(""), row], { title: "R & D", columns: 20 });
    expect(svg).toContain("<title>R &amp; D</title>");
    expect([
      ...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" textLength="([\d.]+)".*?( class="\w+")?>(.*?)</g),
    ]).toEqual([
      expect.arrayContaining(["16", "25.2", "a&lt;b"]),
      expect.arrayContaining(["66.4", "16.8", ' class="c2"', "ok"]),
      expect.arrayContaining(["91.6", "33.6", ' class="b"', "fine"]),
    ]);
    expect(svg).toContain("prefers-color-scheme:dark");
  });

  it.each(NAMES)("%s names no folder of a machine, loads nothing, and is shown on a page", (name) => {
    const svg = readFileSync(new URL(name, FOLDER), "utf8");
    expect(svg).toMatch(/^<svg [\s\S]*<title>.{20,}<\/title>[\s\S]*<\/svg>\n$/);
    expect(svg).not.toMatch(/file:\/|\/(?:tmp|home|root|usr|Users)\/|href|url\(/);
    const shown = PAGES.filter((page) => textOf(page).includes(`pictures/${name})`));
    expect(shown).not.toEqual([]);
  });
});
