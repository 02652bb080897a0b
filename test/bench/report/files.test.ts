import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { compareFiles } from "../../../src/bench/report/compare-files.ts";
import { finish } from "../../../src/bench/report/finish.ts";
import { type FinishFlags, finishOptions } from "../../../src/bench/report/options.ts";
import { readReport, reportJson } from "../../../src/bench/report/read.ts";
import type { BenchReport } from "../../../src/bench/types.ts";
import { ConfigError } from "../../../src/config/error.ts";
import { reportOf } from "./fixture.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "prewarm-report-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Finishes a report as the command does, and answers all that came of it. */
function run(report: BenchReport, flags: FinishFlags = {}, env: Record<string, string> = {}) {
  const said = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof said) => ({
    write: (text: string) => (said[name] += text),
    columns: 100,
  });
  const options = finishOptions(flags, env, "prewarm bench --json now.json");
  const code = finish(report, options, { stdout: stream("stdout"), stderr: stream("stderr") });
  return { code, ...said };
}

function problemOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join("\n");
    throw error;
  }
  return "no problem";
}

describe("a finished bench", () => {
  it("prints its tables on stdout and ends 0 when nothing was asked of it", () => {
    const { code, stdout, stderr } = run(reportOf());
    expect(code).toBe(0);
    expect(stdout).toContain("one by one, every 2 s -> prewarm, concurrency 5");
    expect(stderr).toBe("");
  });

  it("ends 99 when a gate is crossed, and lists all of them in the last line", () => {
    const gate = ["queue.deque.cpu_ns_per_op<1", "strategy.prewarm.success_rate>=99%", "no.such.figure>1"];
    const { code, stderr } = run(reportOf(), { gate });
    expect(code).toBe(99);
    expect(stderr).toBe("prewarm: gates crossed: queue.deque.cpu_ns_per_op<1, no.such.figure>1\n");
  });

  it("ends 99 on a regression against the baseline, 0 without one", () => {
    const baseline = join(folder(), "base.json");
    writeFileSync(baseline, reportJson(reportOf()));
    expect(run(reportOf({ seed: 2 }), { baseline }).code).toBe(0);
    const worse = run(reportOf({ seed: 2, cost: 1.3 }), { baseline });
    expect(worse).toMatchObject({ code: 99, stderr: "prewarm: baseline: 6 regressions\n" });
    expect(run(reportOf({ seed: 2, cost: 1.3 }), { baseline, maxRegression: "60%" }).code).toBe(0);
  });

  it("writes JSON that reads back the same, Markdown and a page", () => {
    const at = folder();
    const files = { json: join(at, "a.json"), markdown: join(at, "a.md"), html: join(at, "a.html") };
    const report = reportOf({ plots: true });
    expect(run(report, files).code).toBe(0);
    expect(readReport(files.json)).toEqual(report);
    expect(readFileSync(files.markdown, "utf8")).toMatch(
      /^\| throughput \| 16\.\d items\/min \| 1\d\d items\/min \| 9\.\d\dx better/m,
    );
    expect(readFileSync(files.html, "utf8")).toContain('data-plot="');
  });

  it("keeps the samples of a figure on one line, and what is no number through JSON", () => {
    const report = reportOf();
    const [first] = report.scenarios;
    const ratios = (first?.ratios ?? []).map((ratio) => ({ ...ratio, samples: [1, Number.NaN, 2e-7] }));
    const odd = { ...report, scenarios: first ? [{ ...first, ratios, what: "[ 1, 2 ]" }] : [] };
    const text = reportJson(odd);
    expect(text).toContain('"samples": [1, null, 2e-7]');
    const path = join(folder(), "odd.json");
    writeFileSync(path, text);
    expect(readReport(path)).toEqual(odd);
  });

  it("adds its Markdown to what $GITHUB_STEP_SUMMARY holds already", () => {
    const path = join(folder(), "summary.md");
    writeFileSync(path, "before\n");
    run(reportOf(), {}, { GITHUB_STEP_SUMMARY: path });
    expect(readFileSync(path, "utf8")).toMatch(/^before\n## prewarm bench\n/);
  });

  it("ends 2 with a line when a file cannot be written, after all the others", () => {
    const at = folder();
    mkdirSync(join(at, "there"));
    const json = join(at, "not-there", "a.json");
    const { code, stdout, stderr } = run(reportOf(), {
      json,
      html: join(at, "there"),
      markdown: join(at, "a.md"),
    });
    expect(code).toBe(2);
    expect(stdout).toContain("Targets");
    expect(stderr.split("\n")).toEqual([
      `prewarm: --json ${json}: not written, its folder does not exist; make it first`,
      `prewarm: --html ${join(at, "there")}: not written, it is a folder`,
      "",
    ]);
    expect(readFileSync(join(at, "a.md"), "utf8")).toContain("## prewarm bench");
  });

  it("leaves stdout to the data of a format, each figure such that bigger is better", () => {
    const { stdout, stderr } = run(reportOf(), { format: "github-action-benchmark" });
    const entries: { name: string; unit: string; value: number; range: string }[] = JSON.parse(stdout);
    expect(stderr).toContain("one by one, every 2 s -> prewarm, concurrency 5");
    expect(entries.map(({ name }) => name)).toEqual([
      "queue.deque.cpu_ns_per_op_ratio (times less)",
      "signer.memoized.cpu_us_per_url_ratio (times less)",
      "signer.memoized.cpu_us_per_url_ratio_to_derived (times less)",
      "strategy.prewarm.throughput_per_min_ratio",
      "strategy.prewarm.throughput_per_min_ratio_to_five_per_tick",
      "pace.adaptive.rate_per_min_ratio",
    ]);
    expect(entries[1]).toMatchObject({ unit: "x of sdk", value: expect.closeTo(412 / 9.8, -1) });
    expect(entries.every(({ value, range }) => value > 0 && /^\u00b1 [\d.e+]+$/.test(range))).toBe(true);
  });
});

describe("flags that cannot be worked with", () => {
  it("are all told before anything is measured", () => {
    const flags = { gate: ["fast"], baseline: "none.json", maxRegression: "ten", format: "csv" };
    const problems = problemOf(() => finishOptions(flags, {}, "")).split("\n");
    expect(problems).toEqual([
      expect.stringMatching(/^--gate 'fast': /),
      "--baseline none.json: there is no such file; write one with `prewarm bench --json FILE`",
      "--max-regression ten: not a share such as 10%",
      "--format csv: no such format; use github-action-benchmark, or --json FILE",
    ]);
  });

  it("include a limit without a baseline", () => {
    expect(problemOf(() => finishOptions({ maxRegression: "5%" }, {}, ""))).toContain(
      "needs --baseline FILE",
    );
  });
});

describe("a report that cannot be read", () => {
  it.each([
    ["{", /a\.json: it is not valid JSON at line 1, column 2; /],
    ["[]", /a\.json: not a report of prewarm bench \(it has no type\)/],
    ['"x"', /a\.json: not a report of prewarm bench \(it is not a JSON object\)/],
    ['{"type":"log"}', /a\.json: not a report of prewarm bench \(its type has another form\)/],
    ['{"type":"bench","schema":2}', /a\.json: a report of schema 2, and this prewarm reads schema 1/],
    ['{"type":"bench","schema":1}', /a\.json: not a report of prewarm bench \(it has no at\)/],
  ])("such as %s gets one line that names it", (text, line) => {
    const path = join(folder(), "a.json");
    writeFileSync(path, text);
    const problem = problemOf(() => readReport(path));
    expect(problem).toMatch(line);
    expect(problem.split("\n")).toHaveLength(1);
  });
});

describe("prewarm bench compare", () => {
  const files = { a: "", b: "", worse: "" };
  beforeAll(() => {
    const at = mkdtempSync(join(tmpdir(), "prewarm-compare-"));
    const reports = { a: reportOf(), b: reportOf({ seed: 2 }), worse: reportOf({ cost: 1.3 }) };
    for (const name of ["a", "b", "worse"] as const) {
      files[name] = join(at, `${name}.json`);
      writeFileSync(files[name], reportJson(reports[name]));
    }
    return () => rmSync(at, { recursive: true, force: true });
  });

  const compare = (a: string, b: string, flags = {}) => {
    let text = "";
    const stream = { write: (more: string) => (text += more), columns: 80 };
    const code = compareFiles(a, b, { flags, env: {} }, { stdout: stream, stderr: stream });
    return { code, text };
  };

  it("tells what became of each ratio, and ends 99 on a regression", () => {
    expect(compare(files.a, files.b)).toMatchObject({
      code: 0,
      text: expect.stringContaining("no regression"),
    });
    const { code, text } = compare(files.a, files.worse);
    expect(code).toBe(99);
    expect(text).toMatch(/REGRESSION {2}queue\.deque\.cpu_ns_per_op_ratio\n/);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(compare(files.worse, files.a)).toMatchObject({
      code: 0,
      text: expect.stringContaining("improved"),
    });
  });

  it("takes another limit, and writes Markdown", () => {
    const markdown = join(folder(), "c.md");
    expect(compare(files.a, files.worse, { maxRegression: "50%", markdown }).code).toBe(0);
    expect(readFileSync(markdown, "utf8")).toContain("at most 50.0 % worse");
  });

  it("names both files when neither can be read", () => {
    expect(problemOf(() => compare("x.json", "y.json")).split("\n")).toHaveLength(2);
  });
});
