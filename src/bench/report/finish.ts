import type { BenchReport } from "../types.ts";
import { compareReports } from "./compare.ts";
import { githubActionBenchmark } from "./formats.ts";
import { judgeGates } from "./gates.ts";
import { html } from "./html.ts";
import { markdown } from "./markdown.ts";
import type { FinishOptions, Streams } from "./options.ts";
import { reportJson } from "./read.ts";
import { benchText } from "./terminal.ts";
import { viewOf } from "./view.ts";
import type { ReportView } from "./view-types.ts";
import { writeAll } from "./write.ts";

/** The exit code of a bench whose gate was crossed, or that is worse than its baseline. */
export const CROSSED = 99;
const NOT_WRITTEN = 2;

/**
 * All that becomes of a finished report: gates, comparison, tables, files. Tables go to stdout; with a format the data has
 * stdout for itself and the tables go to stderr. Returns 0, 99 when a gate was crossed or the baseline not held, or 2 when a
 * file could not be written (said last, after everything else was printed; 99 wins).
 */
export function finish(report: BenchReport, options: FinishOptions, streams: Streams): number {
  const gates = judgeGates(options.gates, report);
  const { baseline, maxRegression, format, files, command, drawing } = options;
  const comparison = baseline && compareReports(baseline, report, maxRegression);
  const view = viewOf(report, { gates, comparison, command });
  const screen = format === null ? streams.stdout : streams.stderr;
  screen.write(benchText(view, drawing(screen)));
  if (format !== null) streams.stdout.write(githubActionBenchmark(report));
  const problems = writeAll([
    { flag: "--json", path: files.json, text: () => reportJson(report) },
    { flag: "--markdown", path: files.markdown, text: () => markdown(view) },
    { flag: "--html", path: files.html, text: () => html(view, report) },
    { flag: "GITHUB_STEP_SUMMARY", path: files.summary, append: true, text: () => markdown(view) },
  ]);
  for (const problem of problems) streams.stderr.write(`prewarm: ${problem}\n`);
  const crossed = gates.some(({ passed }) => !passed) || comparison?.failed === true;
  if (crossed) streams.stderr.write(`prewarm: ${verdict(view)}\n`);
  return crossed ? CROSSED : problems.length > 0 ? NOT_WRITTEN : 0;
}

/** The line that a log ends in. */
function verdict({ gates, comparison }: ReportView): string {
  const failed = gates.filter(({ verdict: { tone } }) => tone === "bad").map(({ expression }) => expression);
  return [
    ...(failed.length > 0 ? [`gates crossed: ${failed.join(", ")}`] : []),
    ...(comparison?.verdict.tone === "bad" ? [`baseline: ${comparison.verdict.text}`] : []),
  ].join("; ");
}
