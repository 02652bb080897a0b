import { stripVTControlCharacters } from "node:util";
import type { ChalkInstance } from "chalk";
import { wrap } from "../../reporters/format.ts";
import { type Drawing, right, type TableCell, table } from "../../reporters/table.ts";
import type {
  ComparisonView,
  DoubtView,
  Cell as Judged,
  PairView,
  ReportView,
  ScenarioView,
} from "./port.ts";

export interface BenchTextOptions extends Drawing {
  /** Characters a line. A table that would be wider is told as a list. */
  readonly width: number;
}

/**
 * A finished bench for a terminal: before and after of each scenario with the ratio, then targets, gates, comparison and
 * doubts with what to do. Ends with a line end.
 */
export function benchText(view: ReportView, options: BenchTextOptions): string {
  const parts = [
    ...view.scenarios.flatMap((scenario) => scenarioText(scenario, options)),
    ...targets(view, options),
    ...gates(view, options),
    ...(view.comparison ? comparisonText(view.comparison, options) : []),
    ...doubts(view.doubts, options),
  ];
  return `${parts.join("\n")}\n`;
}

/** A comparison alone, as lines: the worst first, with what it was and is. */
export function comparisonText(view: ComparisonView, options: BenchTextOptions): string[] {
  const judged = view.rows.filter((row) => row.judged);
  const known = judged.filter(({ change, verdict }) => change !== "" || verdict.tone !== "plain");
  const rows = known.map(({ name, verdict, before, now, change, detail }) => {
    const values = [`${before} -> ${now}`, change].filter((part) => part !== "").join(", ");
    return { verdict, name, said: [values, detail].filter((part) => part !== "").join(": ") };
  });
  const fresh = judged.length - known.length;
  return [
    ...heading("Compared", view.title, options),
    ...judgedLines(rows, options),
    ...view.notes.flatMap((note) => wrap(note, options.width)),
    ...(fresh > 0 ? [`${fresh} ${fresh === 1 ? "figure is" : "figures are"} not in the baseline`] : []),
    `Baseline: ${paint(view.verdict, options.colour)}`,
    "",
  ];
}

interface Line {
  readonly verdict: Judged;
  readonly name: string;
  readonly said: string;
}

/** The word, what it is about, and what there is to say: on the same line where that fits, else below. */
function judgedLines(lines: readonly Line[], { colour, width }: BenchTextOptions): string[] {
  const column = Math.max(...lines.map(({ verdict }) => verdict.text.length)) + 2;
  const under = (text: string) => wrap(text, width - column).map((line) => `${" ".repeat(column)}${line}`);
  return lines.flatMap(({ verdict, name, said }) => {
    const word = `${paint(verdict, colour)}${" ".repeat(column - verdict.text.length)}`;
    const whole = said === "" ? name : `${name}  ${said}`;
    if (column + whole.length <= width) return [`${word}${whole}`];
    // A name without blanks is for copying: it is never cut.
    const [first = "", ...more] = name.includes(" ") ? wrap(name, width - column) : [name];
    return [`${word}${first}`, ...more.flatMap(under), ...(said === "" ? [] : under(said))];
  });
}

function scenarioText(scenario: ScenarioView, options: BenchTextOptions): string[] {
  const { name, what, effort, simulated, incomplete, pairs } = scenario;
  const { width, colour } = options;
  return [
    ...heading(name, `${what} (${effort})`, options),
    ...(simulated === null ? [] : wrap(`Simulated: ${simulated}`, width)),
    ...(incomplete === null
      ? []
      : wrap(`Cut short: ${incomplete}`, width).map((line) => colour.yellow(line))),
    ...(pairs.length === 0 ? [colour.yellow("nothing was measured")] : []),
    ...pairs.map((pair) => pairText(pair, options)),
    "",
  ];
}

function pairText({ before, after, rows }: PairView, options: BenchTextOptions): string {
  const { width, colour } = options;
  const title = wrap(before === null ? after : `${before} -> ${after}`, width);
  const drawn =
    before === null
      ? fitting(
          ["", right("measured")],
          rows.map((row) => [row.title, right(row.after)]),
          options,
        )
      : fitting(
          ["", right("Before"), right("After"), "ratio"],
          rows.map((row) => [row.title, right(row.before), right(row.after), paint(row.ratio, colour)]),
          options,
        );
  return [...title, drawn].join("\n");
}

function targets({ targets: all }: ReportView, options: BenchTextOptions): string[] {
  if (all.length === 0) return [];
  const met = all.filter(({ verdict }) => verdict.tone === "good").length;
  const lines = all.map(({ scenario, text, value, verdict }) => ({
    verdict,
    name: `${scenario}: ${text}`,
    said: verdict.tone === "doubt" ? "" : value,
  }));
  return [...heading("Targets", `${met} of ${all.length} met`, options), ...judgedLines(lines, options), ""];
}

function gates({ gates: all }: ReportView, options: BenchTextOptions): string[] {
  if (all.length === 0) return [];
  const failed = all.filter(({ verdict }) => verdict.tone === "bad").length;
  const lines = all.map(({ expression, value, verdict, detail }) => ({
    verdict,
    name: expression,
    said: detail === "" ? `measured ${value}` : detail,
  }));
  const sum = failed === 0 ? "all passed" : `${failed} of ${all.length} crossed`;
  return [...heading("Gates", sum, options), ...judgedLines(lines, options), ""];
}

function doubts(all: readonly DoubtView[], options: BenchTextOptions): string[] {
  if (all.length === 0) return [];
  const { width, colour } = options;
  return [
    ...heading("Doubts", "read the figures with these in mind", options),
    ...all.flatMap(({ about, text, next }) => [
      ...wrap(`${about}: ${text}`, width).map((line) => colour.yellow(line)),
      ...wrap(`  do: ${next}`, width - 2).map((line) => `  ${line}`),
    ]),
    "",
  ];
}

function heading(name: string, rest: string, { colour, width }: BenchTextOptions): string[] {
  const [first = "", ...more] = wrap(`${name}: ${rest}`, width);
  return [`${colour.bold(first.slice(0, name.length))}${first.slice(name.length)}`, ...more];
}

/** The table, or where it is wider than the screen each row as a short list. */
function fitting(head: TableCell[], rows: TableCell[][], options: BenchTextOptions): string {
  const drawn = table(head, rows, options);
  const widest = Math.max(...drawn.split("\n").map((line) => stripVTControlCharacters(line).length));
  return widest <= options.width ? drawn : asList(head, rows, options);
}

function asList(head: TableCell[], rows: TableCell[][], { width, colour }: BenchTextOptions): string {
  return rows
    .flatMap(([title, ...cells]) => [
      ...wrap(textOf(title), width).map((line) => colour.bold(line)),
      ...cells.flatMap((cell, at) => {
        const text = textOf(cell);
        const label = textOf(head[at + 1]);
        return text === "" ? [] : listed(label === "" ? text : `${label}: ${text}`, width);
      }),
    ])
    .join("\n");
}

function listed(text: string, width: number): string[] {
  const fits = stripVTControlCharacters(text).length <= width - 2;
  return (fits ? [text] : wrap(stripVTControlCharacters(text), width - 2)).map((line) => `  ${line}`);
}

function textOf(cell: TableCell | undefined): string {
  return typeof cell === "string" ? cell : (cell?.content ?? "");
}

function paint({ text, tone }: Judged, colour: ChalkInstance): string {
  const style = { good: colour.green, bad: colour.red, doubt: colour.yellow, plain: colour.reset };
  return tone === "plain" || text === "" ? text : style[tone](text);
}
