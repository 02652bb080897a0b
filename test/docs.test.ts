import { describe, expect, it } from "vitest";
import { programOf } from "../src/commands/program.ts";
import { SECRETS, SETTINGS } from "../src/config/settings.ts";
import { EXIT_CODES } from "../src/domain/exit-codes.ts";
import { REASONS } from "../src/domain/reasons.ts";
import { SKIP_REASONS } from "../src/domain/skip-reasons.ts";
import { linksOf, PAGES, textOf } from "./docs/page.ts";

/** The page of commands names every flag by itself, so it explains none. */
const text = PAGES.filter((page) => page !== "docs/commands.md")
  .map((page) => textOf(page))
  .join("\n");
const waysOut = textOf("docs/troubleshooting.md");

const program = programOf({ version: "0", done: () => {}, onRedactor: () => {} });
const commands = program.commands.flatMap((command) => [command, ...command.commands]);
const flags = commands.flatMap((command) =>
  command.options.flatMap(({ long }) => (long ? [`${long} of ${command.name()}`] : [])),
);

const PROXIES = /^https?_proxy$|^no_proxy$/;
const variables = [...Object.values(SETTINGS).flatMap(({ env }) => env as readonly string[]), ...SECRETS];

/** Said in the failure instead of the whole text. */
const has = (part: string, where = text) => (where.includes(part) ? part : `nothing of ${part}`);

describe("the documentation", () => {
  it.each(Object.entries(REASONS))(
    "tells the way out of %s under its own anchor",
    (reason, { class: cls, next }) => {
      const anchor = `<a id="reason-${reason}"></a>`;
      expect(has(anchor, waysOut)).toBe(anchor);
      const row = waysOut.split("\n").find((line) => line.includes(anchor));
      expect(row).toContain(`| ${cls} |`);
      expect(row).toContain(next);
    },
  );

  it.each(Object.keys(SKIP_REASONS))("explains the skip %s under its own anchor", (reason) => {
    expect(has(`<a id="reason-${reason}"></a>`, waysOut)).toBe(`<a id="reason-${reason}"></a>`);
  });

  it.each(flags)("names the flag %s", (flag) => {
    const [long = ""] = flag.split(" ");
    expect(has(long)).toBe(long);
  });

  it.each(variables.filter((name) => !PROXIES.test(name)))("names the variable %s", (name) => {
    expect(has(`\`${name}`)).toBe(`\`${name}`);
  });

  it.each(PAGES)("has no link in %s that leads nowhere", (page) => {
    expect(linksOf(page).filter((link) => !link.isThere)).toEqual([]);
  });

  it("has each of its pages in its contents", () => {
    const listed = linksOf("docs/README.md").map(({ file }) => file);
    expect(PAGES.filter((page) => !listed.includes(page))).toEqual(["docs/README.md"]);
  });

  it("ends each page of a task with where to go on", () => {
    const tasks = textOf("docs/README.md").split("## Reference")[0] ?? "";
    const pages = [...tasks.matchAll(/^\| \[[^\]]+\]\((\S+\.md)\)/gm)].map(([, file]) => `docs/${file}`);
    expect(pages.length).toBeGreaterThan(15);
    const isEnded = (page: string) => /\nNext: .*\]\(\S+\.md/.test(textOf(page).slice(-600));
    expect(pages.filter((page) => !isEnded(page))).toEqual([]);
  });

  it.each(EXIT_CODES)("explains exit code $codes", ({ codes, means }) => {
    expect(textOf("docs/output.md")).toContain(`| ${codes.join(", ")} | ${means} |`);
  });

  it("keeps its door short", () => {
    expect(textOf("README.md").split("\n").length).toBeLessThanOrEqual(300);
  });
});
