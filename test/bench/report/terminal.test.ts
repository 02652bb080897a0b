import { describe, expect, it } from "vitest";
import { compareReports } from "../../../src/bench/report/compare.ts";
import { judgeGates, parseGates } from "../../../src/bench/report/gates.ts";
import { markdown } from "../../../src/bench/report/markdown.ts";
import { benchText } from "../../../src/bench/report/terminal.ts";
import { viewOf } from "../../../src/bench/report/view.ts";
import type { BenchReport } from "../../../src/bench/types.ts";
import { colourFor } from "../../../src/reporters/colour.ts";
import { RECIPES, reportOf } from "./fixture.ts";
import { hostileReport } from "./hostile.ts";

const colour = colourFor({ stream: {}, env: {}, noColor: true });

function view(report: BenchReport) {
  const gates = judgeGates(
    parseGates([
      "strategy.prewarm.success_rate>=99%",
      "strategy.prewarm.throughput_per_min>=500",
      "strategy.prewarm.p9_ms<1",
    ]),
    report,
  );
  const comparison = compareReports({ path: "base.json", report: reportOf({ seed: 2 }) }, report, 0.1);
  return viewOf(report, { gates, comparison, command: "prewarm bench" });
}

const exact = reportOf({ sigma: 0, recipes: RECIPES.slice(2, 3), seed: 1 });

describe("benchText", () => {
  it("shows before and after of each pair with the ratio", () => {
    const text = benchText(view(reportOf({ recipes: RECIPES.slice(0, 1), rounds: 3, sigma: 0 })), {
      colour,
      plain: true,
      width: 100,
    });
    expect(text).toContain(`queue: CPU of taking 100,000 items through a queue (3 rounds in 930 ms)
Array.shift -> ring buffer
+------------+-----------+---------+--------------------------+
|            |    Before |   After | ratio                    |
| CPU per op | 41,200 ns | 18.4 ns | 0.000447x, 2,239x better |
+------------+-----------+---------+--------------------------+
`);
  });

  it("says by how much a target is missed, which gates are crossed, and what became of the baseline", () => {
    const text = benchText(view(exact), { colour, plain: true, width: 100 });
    expect(text).toContain(
      "Targets: 1 of 2 met\nmet               strategy: at least 5x one by one  9.82x\nmissed by 25.0 %  strategy: at least 2x five per tick  1.50x\n",
    );
    expect(text).toContain(
      "Gates: 2 of 3 crossed\npassed   strategy.prewarm.success_rate>=99%  measured 100 %\n",
    );
    expect(text).toMatch(
      /crossed {2}strategy\.prewarm\.throughput_per_min>=500 {2}measured 1\d\d items\/min/,
    );
    expect(text).toMatch(
      /failed {3}strategy\.prewarm\.p9_ms<1\n {9}no such figure; nearest: strategy\.prewarm\.p9\d_ms/,
    );
    expect(text).toMatch(
      /unchanged {2}strategy\.prewarm\.throughput_per_min_ratio {2}9\.\d+x -> 9\.\d+x, [-+]\d/,
    );
    expect(text).toContain("queue: in the baseline and not in this run, so not compared");
  });

  it("puts percentiles of one thing into one row", () => {
    const text = benchText(view(exact), { colour, plain: true, width: 120 });
    expect(text).toMatch(/\| P50 \/ P95 \/ P99 +\| +1,750 \/ 2,410 \/ 2,460 ms \|/);
  });

  it("says where nothing was measured, and draws no empty table", () => {
    const [result] = exact.scenarios;
    const none = (result?.ratios ?? []).map((ratio) => ({ ...ratio, samples: [] }));
    const empty = {
      ...exact,
      scenarios: result ? [{ ...result, variants: [], ratios: none, targets: [] }] : [],
    };
    expect(benchText(view(empty), { colour, plain: true, width: 100 })).toContain(
      "are off\nnothing was measured\n\nGates",
    );
  });

  it("tells doubts with what to do about them", () => {
    const doubt = { about: "machine", text: "the load was 1.9", next: "close what else runs" } as const;
    const text = benchText(view({ ...exact, doubts: [doubt] }), { colour, plain: true, width: 100 });
    expect(text).toContain("machine: the load was 1.9\n  do: close what else runs\n");
  });

  it.each([40, 60, 80])("keeps within %i columns: tables that do not fit become lists", (width) => {
    const text = benchText(view(reportOf()), { colour, plain: true, width });
    const names = /^\S+ +[a-z_]+\.[a-z_]+\.\S+$/;
    expect(text.split("\n").filter((line) => line.length > width && !names.test(line))).toEqual([]);
    expect(text).toContain("9.");
  });

  it("colours what is met and missed, and only with colours", () => {
    const coloured = colourFor({ stream: {}, env: { FORCE_COLOR: "1" }, noColor: false });
    expect(benchText(view(exact), { colour: coloured, plain: true, width: 100 })).toContain(
      "\u001b[31mmissed by 25.0 %\u001b[39m",
    );
    expect(benchText(view(exact), { colour, plain: true, width: 100 })).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it("lets no text of a report move the cursor or break a line", () => {
    const text = benchText(view(hostileReport()), { colour, plain: true, width: 100 });
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe("the Markdown of a bench", () => {
  it("begins with what was judged, worst first", () => {
    const [title, , headline] = markdown(view(reportOf({ cost: 1.3 }))).split("\n");
    expect([title, headline]).toEqual([
      "## prewarm bench",
      "1 of 2 targets met \u00b7 \u274c **2 of 3 gates crossed** \u00b7 \u274c 6 regressions",
    ]);
  });

  it("keeps each row of a table whole, whatever is in it", () => {
    const rows = markdown(view(hostileReport()))
      .split("\n")
      .filter((line) => line.startsWith("|"));
    const bars = (line: string) => line.replace(/\\[|\\]/g, "").split("|").length;
    for (const [at, row] of rows.entries()) {
      const next = rows[at + 1];
      if (next?.startsWith("| ---")) expect(bars(next)).toBe(bars(row));
    }
    expect(rows.join("\n")).not.toContain("<img");
  });
});
