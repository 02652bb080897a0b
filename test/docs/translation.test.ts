import { describe, expect, it } from "vitest";
import { programOf } from "../../src/commands/program.ts";
import { linksOf, snippetsOf, textOf } from "./page.ts";

const [ENGLISH, PORTUGUESE] = ["README.md", "README.pt-BR.md"];
const both = [ENGLISH, PORTUGUESE].map((page) => textOf(page));

/** What each of the two has, to be the same. */
function ofBoth<Found>(found: (text: string) => Found): void {
  const [english, portuguese] = both.map(found);
  expect(portuguese).toEqual(english);
}

const withoutBlocks = (text: string) => text.replace(/^```.*?^```$/gms, "");
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([found]) => found);

describe("the README in Portuguese", () => {
  it("has the headings of the English one, by number and level", () => {
    ofBoth((text) => matches(withoutBlocks(text), /^#+ (?:\d\.)?/gm));
    expect(matches(withoutBlocks(both[0] ?? ""), /^#+ /gm).length).toBeGreaterThan(10);
  });

  it("has its programs, but for what comments say", () => {
    ofBoth((text) =>
      snippetsOf(text).map(({ language, code }) => [language, code.replaceAll(/ *(?:#|\/\/ ).*$/gm, "")]),
    );
  });

  it("has its commands, flags, variables and names, as often", () => {
    ofBoth((text) =>
      matches(withoutBlocks(text), /`[^`]+`/g)
        .filter((name) => name !== "`prewarm`")
        .sort(),
    );
    ofBoth((text) => matches(text, /(?<![\p{L}\w-])--?[a-z][a-z-]+/gu).sort());
  });

  it("leads to the same places, rows and paragraphs one for one", () => {
    for (const [page, other] of [
      [ENGLISH, PORTUGUESE],
      [PORTUGUESE, ENGLISH],
    ] as const)
      expect(linksOf(page).map(({ target }) => target)).toContain(other);
    const shape = (text: string) =>
      text
        .split("\n\n")
        .map((part) =>
          /^(?:\||- |\d\. )/m.test(part)
            ? part.split("\n").filter((line) => /^(?:\||- |\d)/.test(line)).length
            : 1,
        );
    ofBoth(shape);
    ofBoth((text) => matches(text, /\]\((?!README)[^)]+\)/g));
  });
});

it("the README names every command in its table", () => {
  const program = programOf({ version: "0", done: () => {}, onRedactor: () => {} });
  const table = matches(both[0] ?? "", /^\| \[`[^|]*\|/gm).join("\n");
  expect(
    program.commands.map((command) => command.name()).filter((name) => !table.includes(`\`${name}\``)),
  ).toEqual([]);
});
