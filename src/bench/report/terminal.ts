import { stripVTControlCharacters } from "node:util";
import type { Cell } from "../../pages/report/table.ts";
import { wrap } from "../../reporters/format.ts";
import { type Canvas, right, type TableCell, table } from "../../reporters/table.ts";
import type { Doubt } from "../types.ts";
import type { ComparisonView, PairView, ReportView, ScenarioView } from "./view-types.ts";

/**
 * A finished bench for a terminal: before and after of each scenario with the ratio, then targets, gates, comparison and
 * doubts with what to do. Ends with a line end.
 */
export function benchText(view: ReportView, canvas: Canvas): string {
  const parts = [
    ...view.scenarios.flatMap((scenario) => scenarioText(scenario, canvas)),
    ...targets(view, canvas),
    ...gates(view, canvas),
    ...(view.comparison ? comparisonText(view.comparison, canvas) : []),
    ...doubts(view.doubts, canvas),
  ];
  return `${parts.join("\n")}\n`;
}

/** A comparison alone, as lines: the worst first, with what it was and is. */
export function comparisonText(view: ComparisonView, canvas: Canvas): string[] {
  const judged = view.rows.filter((row) => row.judged);
  const known = judged.filter(({ change, verdict }) => change !== "" || verdict.tone !== "plain");
  const rows = known.map(({ name, verdict, before, now, change, detail }) => {
    const values = [`${before} -> ${now}`, change].filter((part) => part !== "").join(", ");
    return { verdict, name, said: [values, detail].filter((part) => part !== "").join(": ") };
  });
  const fresh = judged.length - known.length;
  return [
    ...heading("Compared", view.title, canvas),
    ...judgedLines(rows, canvas),
    ...view.notes.flatMap((note) => wrap(note, canvas.width)),
    ...(fresh > 0 ? [`${fresh} ${fresh === 1 ? "figure is" : "figures are"} not in the baseline`] : []),
    `Baseline: ${paint(view.verdict, canvas)}`,
    "",
  ];
}

interface JudgedLine {
  readonly verdict: Cell;
  readonly name: string;
  readonly said: string;
}

/** The word, what it is about, and what there is to say: on the same line where that fits, else below. */
function judgedLines(lines: readonly JudgedLine[], canvas: Canvas): string[] {
  const { width } = canvas;
  const column = Math.max(...lines.map(({ verdict }) => verdict.text.length)) + 2;
  const under = (text: string) => wrap(text, width - column).map((line) => `${" ".repeat(column)}${line}`);
  return lines.flatMap(({ verdict, name, said }) => {
    const word = `${paint(verdict, canvas)}${" ".repeat(column - verdict.text.length)}`;
    const whole = said === "" ? name : `${name}  ${said}`;
    if (column + whole.length <= width) return [`${word}${whole}`];
    // A name without blanks is for copying: it is never cut.
    const [first = "", ...more] = name.includes(" ") ? wrap(name, width - column) : [name];
    return [`${word}${first}`, ...more.flatMap(under), ...(said === "" ? [] : under(said))];
  });
}

function scenarioText(scenario: ScenarioView, canvas: Canvas): string[] {
  const { name, what, effort, simulated, incomplete, pairs } = scenario;
  const { width, colour } = canvas;
  const cut = incomplete === null ? [] : wrap(`Cut short: ${incomplete}`, width);
  return [
    ...heading(name, `${what} (${effort})`, canvas),
    ...(simulated === null ? [] : wrap(`Simulated: ${simulated}`, width)),
    ...cut.map((line) => colour.yellow(line)),
    ...(pairs.length === 0 ? [colour.yellow("nothing was measured")] : []),
    ...pairs.map((pair) => pairText(pair, canvas)),
    "",
  ];
}

function pairText({ before, after, rows }: PairView, canvas: Canvas): string {
  const isAlone = before === null;
  const head = isAlone ? ["", right("measured")] : ["", right("Before"), right("After"), "ratio"];
  const drawn = rows.map((row) =>
    isAlone
      ? [row.title, right(row.after)]
      : [row.title, right(row.before), right(row.after), paint(row.ratio, canvas)],
  );
  const title = wrap(isAlone ? after : `${before} -> ${after}`, canvas.width);
  return [...title, fitting(head, drawn, canvas)].join("\n");
}

function targets({ targets: all }: ReportView, canvas: Canvas): string[] {
  const met = all.filter(({ verdict }) => verdict.tone === "good").length;
  const lines = all.map(({ scenario, text, value, verdict }) => ({
    verdict,
    name: `${scenario}: ${text}`,
    said: verdict.tone === "doubt" ? "" : value,
  }));
  return judgement("Targets", `${met} of ${all.length} met`, lines, canvas);
}

function gates({ gates: all }: ReportView, canvas: Canvas): string[] {
  const failed = all.filter(({ verdict }) => verdict.tone === "bad").length;
  const lines = all.map(({ expression, value, verdict, detail }) => ({
    verdict,
    name: expression,
    said: detail === "" ? `measured ${value}` : detail,
  }));
  return judgement(
    "Gates",
    failed === 0 ? "all passed" : `${failed} of ${all.length} crossed`,
    lines,
    canvas,
  );
}

function judgement(title: string, sum: string, lines: readonly JudgedLine[], canvas: Canvas): string[] {
  return lines.length === 0 ? [] : [...heading(title, sum, canvas), ...judgedLines(lines, canvas), ""];
}

function doubts(all: readonly Doubt[], canvas: Canvas): string[] {
  if (all.length === 0) return [];
  const { width, colour } = canvas;
  return [
    ...heading("Doubts", "read the figures with these in mind", canvas),
    ...all.flatMap(({ about, text, next }) => [
      ...wrap(`${about}: ${text}`, width).map((line) => colour.yellow(line)),
      ...wrap(`  do: ${next}`, width - 2).map((line) => `  ${line}`),
    ]),
    "",
  ];
}

function heading(name: string, rest: string, { colour, width }: Canvas): string[] {
  const [first = "", ...more] = wrap(`${name}: ${rest}`, width);
  return [`${colour.bold(first.slice(0, name.length))}${first.slice(name.length)}`, ...more];
}

/** The table, or where it is wider than the screen each row as a short list. */
function fitting(head: TableCell[], rows: TableCell[][], canvas: Canvas): string {
  const drawn = table(head, rows, canvas);
  const widest = Math.max(...drawn.split("\n").map((line) => stripVTControlCharacters(line).length));
  return widest <= canvas.width ? drawn : asList(head, rows, canvas);
}

function asList(head: TableCell[], rows: TableCell[][], { width, colour }: Canvas): string {
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
  const plain = stripVTControlCharacters(text);
  return (plain.length <= width - 2 ? [text] : wrap(plain, width - 2)).map((line) => `  ${line}`);
}

function textOf(cell: TableCell | undefined): string {
  return typeof cell === "string" ? cell : (cell?.content ?? "");
}

function paint({ text, tone }: Cell, { colour }: Canvas): string {
  const style = { good: colour.green, bad: colour.red, doubt: colour.yellow, plain: colour.reset };
  return tone === "plain" || text === "" ? text : style[tone](text);
}
