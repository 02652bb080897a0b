import type { Cell, Tone } from "../../pages/report/table.ts";
import type { ComparisonView, PairView, ReportView, ScenarioView } from "./view-types.ts";

const SIGNS: Readonly<Record<Tone, string>> = { good: "✅ ", bad: "❌ ", doubt: "⚠️ ", plain: "" };

/** A report as GitHub's Markdown, for pull requests and `$GITHUB_STEP_SUMMARY`. Ends with a line end. */
export function markdown(view: ReportView): string {
  const parts = [
    `## prewarm bench\n\n${headline(view)}`,
    ...(view.gates.length > 0 ? [`### Gates\n\n${gates(view)}`] : []),
    ...(view.comparison ? [comparisonMarkdown(view.comparison)] : []),
    ...(view.targets.length > 0 ? [`### Targets\n\n${targets(view)}`] : []),
    ...view.scenarios.map(scenario),
    ...(view.doubts.length > 0 ? [`### Doubts\n\n${doubts(view)}`] : []),
    `### Environment\n\n${environment(view)}`,
    ...(view.command === "" ? [] : [`To measure again: ${code(view.command)}`]),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** A comparison alone, with what it was compared with. */
export function comparisonMarkdown({ title, verdict, rows, notes }: ComparisonView): string {
  const head = ["figure", "baseline", "now", "change", "verdict"];
  const draw = (all: ComparisonView["rows"]) =>
    table(
      head,
      all.map(({ name, before, now, change, verdict: word, detail }) => [
        code(name),
        md(before),
        md(now),
        md(change),
        judgement(word, detail),
      ]),
    );
  const [judged, others] = [rows.filter((row) => row.judged), rows.filter((row) => !row.judged)];
  return [
    `### Baseline\n\n${SIGNS[verdict.tone]}**${md(verdict.text)}**, ${md(title)}`,
    ...(judged.length > 0 ? [draw(judged)] : []),
    ...(notes.length > 0 ? [notes.map((note) => `- ${md(note)}`).join("\n")] : []),
    ...(others.length > 0 ? [folded(`${others.length} figures that are not judged`, draw(others))] : []),
  ].join("\n\n");
}

function headline({ targets: all, gates: asked, comparison, doubts: doubtful }: ReportView): string {
  const failed = asked.filter(({ verdict }) => verdict.tone === "bad").length;
  const met = all.filter(({ verdict }) => verdict.tone === "good").length;
  const parts = [
    ...(all.length > 0 ? [`${met} of ${all.length} targets met`] : []),
    ...(asked.length > 0
      ? [failed > 0 ? `❌ **${failed} of ${asked.length} gates crossed**` : "✅ all gates passed"]
      : []),
    ...(comparison ? [`${SIGNS[comparison.verdict.tone]}${md(comparison.verdict.text)}`] : []),
    ...(doubtful.length > 0 ? [`⚠️ ${doubtful.length} ${doubtful.length === 1 ? "doubt" : "doubts"}`] : []),
  ];
  return parts.length > 0 ? parts.join(" · ") : "Nothing was judged.";
}

function gates({ gates: all }: ReportView): string {
  const rows = all.map(({ expression, value, verdict, detail }) => [
    code(expression),
    md(value),
    judgement(verdict, detail),
  ]);
  return table(["gate", "measured", ""], rows);
}

function targets({ targets: all }: ReportView): string {
  const rows = all.map(({ scenario: name, text, value, verdict }) => [
    md(name),
    md(text),
    md(value),
    `${SIGNS[verdict.tone]}${md(verdict.text)}`,
  ]);
  return table(["scenario", "target", "measured", ""], rows);
}

function scenario({ name, what, effort, simulated, incomplete, pairs }: ScenarioView): string {
  return [
    `### ${md(name)}\n\n${md(what)} _${md(effort)}_`,
    ...(simulated === null ? [] : [`_Simulated: ${md(simulated)}_`]),
    ...(incomplete === null ? [] : [`⚠️ Cut short: ${md(incomplete)}`]),
    ...(pairs.length === 0 ? ["⚠️ Nothing was measured."] : pairs.map(pair)),
  ].join("\n\n");
}

function pair({ before, after, rows }: PairView): string {
  if (before === null)
    return table(
      ["", md(after)],
      rows.map((row) => [md(row.title), md(row.after)]),
    );
  return table(
    ["", `Before: ${md(before)}`, `After: ${md(after)}`, "Ratio"],
    rows.map((row) => [md(row.title), md(row.before), md(row.after), md(row.ratio.text)]),
  );
}

function doubts({ doubts: all }: ReportView): string {
  return all.map(({ about, text, next }) => `- **${md(about)}**: ${md(text)}\n  - ${md(next)}`).join("\n");
}

function environment({ environment: rows, at }: ReportView): string {
  return table(["", ""], [["at", md(at)], ...rows.map(([name, value]) => [md(name), md(value)])]);
}

function judgement({ text, tone }: Cell, detail: string): string {
  return `${SIGNS[tone]}${md(text)}${detail === "" ? "" : `: ${md(detail)}`}`;
}

function folded(title: string, inside: string): string {
  return `<details><summary>${md(title)}</summary>\n\n${inside}\n\n</details>`;
}

/** First and last column left, since they hold words; those between hold numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = head.map((_, at) => (at === 0 || at === head.length - 1 ? "---" : "---:"));
  return [head, lines, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Text that cannot be taken for markup, nor end a cell. */
function md(text: string): string {
  return text
    .replace(/\+-/g, "±")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/[\\`*_[\]|~]/g, (sign) => `\\${sign}`);
}

/** Text as code; a bar would end the cell even there. */
function code(text: string): string {
  const escaped = text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/\|/g, "&#124;");
  return `<code>${escaped.replace(/[`*_]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</code>`;
}
