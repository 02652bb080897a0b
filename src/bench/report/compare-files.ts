import { ConfigError } from "../../config/error.ts";
import { Problems } from "../../config/problems.ts";
import { isSameFile } from "../../config/same-file.ts";
import { compareReports, DEFAULT_MAX_REGRESSION } from "./compare.ts";
import { comparisonView } from "./comparison-view.ts";
import { CROSSED } from "./finish.ts";
import { comparisonMarkdown } from "./markdown.ts";
import { drawingFor, parseLimit, type Streams, summaryOf } from "./options.ts";
import { readReport } from "./read.ts";
import { comparisonText } from "./terminal.ts";
import { writeAll } from "./write.ts";

/** Flags of `prewarm bench compare`, as commander gives them. */
interface CompareFlags {
  readonly maxRegression?: string;
  readonly markdown?: string;
  readonly color?: boolean;
}

export interface CompareOptions {
  readonly flags: CompareFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * `prewarm bench compare A.json B.json`: holds report B against the baseline A and prints what became of each figure. Returns
 * 0, 99 on a regression, or 2 when the Markdown file could not be written. Throws ConfigError when a file cannot be read.
 */
export function compareFiles(a: string, b: string, { flags, env }: CompareOptions, streams: Streams): number {
  const limit = flags.maxRegression === undefined ? DEFAULT_MAX_REGRESSION : parseLimit(flags.maxRegression);
  const unreadable = new Problems();
  const [before, now] = [a, b].map((path) => unreadable.try(() => readReport(path), null));
  const { markdown } = flags;
  if (markdown !== undefined && [a, b].some((path) => isSameFile(path, markdown)))
    unreadable.add(`--markdown names the report ${markdown} itself, which would be lost; use another name`);
  unreadable.throwIfAny();
  if (!before || !now) throw new ConfigError(unreadable.all);
  const comparison = compareReports({ path: a, report: before }, now, limit);
  const view = comparisonView(comparison);
  streams.stdout.write(comparisonText(view, drawingFor(flags, env)(streams.stdout)).join("\n"));
  const text = () => `${comparisonMarkdown(view)}\n`;
  const problems = writeAll([
    { flag: "--markdown", path: flags.markdown, text },
    { flag: "GITHUB_STEP_SUMMARY", path: summaryOf(env), append: true, text },
  ]);
  for (const problem of problems) streams.stderr.write(`prewarm: ${problem}\n`);
  return comparison.failed ? CROSSED : problems.length > 0 ? 2 : 0;
}
