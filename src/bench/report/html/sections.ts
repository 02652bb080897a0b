import type { ComparisonView, PairView, ReportView, ScenarioView, Tone } from "../port.ts";
import { escape } from "./escape.ts";
import { code, tableHtml, tag } from "./table.ts";

/** What counts, in a line of tiles. */
export function tiles({ targets, gates, comparison, doubts }: ReportView): string {
  const met = targets.filter(({ verdict }) => verdict.tone === "good").length;
  const crossed = gates.filter(({ verdict }) => verdict.tone === "bad").length;
  const parts = [
    ...(targets.length > 0
      ? [tile(`${met} of ${targets.length}`, "targets met", met === targets.length ? "good" : "doubt")]
      : []),
    ...(gates.length > 0
      ? [
          crossed > 0
            ? tile(`${crossed} of ${gates.length}`, "gates crossed", "bad")
            : tile("all passed", "gates", "good"),
        ]
      : []),
    ...(comparison ? [tile(comparison.verdict.text, "against the baseline", comparison.verdict.tone)] : []),
    doubts.length > 0
      ? tile(String(doubts.length), doubts.length === 1 ? "doubt" : "doubts", "doubt")
      : tile("none", "doubts", "good"),
  ];
  return `<div class="tiles">${parts.join("")}</div>`;
}

function tile(figure: string, about: string, tone: Tone): string {
  return `<div class="tile ${tone}"><b>${escape(figure)}</b><span>${escape(about)}</span></div>`;
}

/** The first ratio of each pair: what became of it, in one table. */
export function headlines({ scenarios }: ReportView): string {
  const rows = scenarios.flatMap(({ name, pairs }) =>
    pairs.flatMap(({ before, after, rows: all }) => {
      const row = all.find(({ ratio }) => ratio.text !== "");
      return before === null || !row
        ? []
        : [
            [
              `<a href="#${name}">${escape(name)}</a>: ${escape(row.title)}`,
              `${escape(row.before)}<br><span class="soft">${escape(before)}</span>`,
              `${escape(row.after)}<br><span class="soft">${escape(after)}</span>`,
              tag(row.ratio),
            ],
          ];
    }),
  );
  if (rows.length === 0) return "";
  const columns = [
    { head: "" },
    { head: "Before", look: "b n" },
    { head: "After", look: "a n" },
    { head: "Ratio", look: "word" },
  ] as const;
  return section("Before and after", card(tableHtml(columns, rows)));
}

export function targetSection({ targets }: ReportView): string {
  if (targets.length === 0) return "";
  const rows = targets.map(({ scenario, text, value, verdict }) => [
    ...[`<span class="soft">${escape(scenario)}</span> ${escape(text)}`, escape(value), tag(verdict)],
  ]);
  return section(
    "Targets",
    card(tableHtml([{ head: "" }, { head: "Measured", look: "a n" }, { head: "", look: "word" }], rows)),
  );
}

export function gateSection({ gates }: ReportView): string {
  if (gates.length === 0) return "";
  const rows = gates.map(({ expression, value, verdict }) => [code(expression), escape(value), tag(verdict)]);
  return section(
    "Gates",
    card(tableHtml([{ head: "" }, { head: "Measured", look: "a n" }, { head: "", look: "word" }], rows)),
  );
}

export function comparisonSection({ comparison }: ReportView): string {
  if (!comparison) return "";
  const { title, notes, rows } = comparison;
  const others = rows.filter(({ judged }) => !judged);
  const lines = notes.map((note) => `<p class="note">${escape(note)}</p>`).join("");
  const judged = rows.filter((row) => row.judged);
  const folded =
    others.length === 0
      ? ""
      : `<details><summary>${others.length} figures that are not judged</summary>${compared(others)}</details>`;
  return section(
    "Baseline",
    card(`<p class="soft">${escape(title)}</p>${judged.length > 0 ? compared(judged) : ""}${lines}${folded}`),
  );
}

function compared(rows: ComparisonView["rows"]): string {
  const columns = [
    ...([
      { head: "" },
      { head: "Baseline", look: "b n" },
      { head: "Now", look: "a n" },
      { head: "Change", look: "n" },
      { head: "", look: "word" },
    ] as const),
  ];
  return tableHtml(
    columns,
    rows.map(({ name, before, now, change, verdict }) => [
      ...[code(name), escape(before), escape(now), escape(change), tag(verdict)],
    ]),
  );
}

export function doubtSection({ doubts }: ReportView): string {
  if (doubts.length === 0) return "";
  const items = doubts.map(
    ({ about, text, next }) =>
      `<li><b class="doubt">${escape(about)}</b> ${escape(text)}<div>${escape(next)}</div></li>`,
  );
  return section("Doubts", card(`<ul class="doubts">${items.join("")}</ul>`));
}

/** A scenario with its tables and the plots that belong to it. */
export function scenarioCard(scenario: ScenarioView, plots: readonly string[]): string {
  const { name, what, effort, simulated, incomplete, pairs } = scenario;
  const notes = [
    ...(simulated === null ? [] : [`<p class="note">Simulated: ${escape(simulated)}</p>`]),
    ...(incomplete === null
      ? []
      : [`<p class="note"><span class="tag doubt">cut short</span> ${escape(incomplete)}</p>`]),
  ];
  const pictures = plots.length > 0 ? `<div class="plots">${plots.join("")}</div>` : "";
  return `<section class="card" id="${name}"><h3>${escape(name)}</h3><p class="soft">${escape(what)} <span>(${escape(effort)})</span></p>${notes.join("")}${pairs.map(pairTable).join("")}${pictures}</section>`;
}

function pairTable({ before, after, rows }: PairView): string {
  if (before === null)
    return tableHtml(
      [{ head: "" }, { head: after, look: "a n" }],
      rows.map((row) => [escape(row.title), escape(row.after)]),
    );
  return tableHtml(
    [
      { head: "" },
      { head: `Before: ${before}`, look: "b n" },
      { head: `After: ${after}`, look: "a n" },
      { head: "Ratio", look: "word" },
    ],
    rows.map((row) => [escape(row.title), escape(row.before), escape(row.after), tag(row.ratio)]),
  );
}

export function environmentSection({ environment, command }: ReportView): string {
  const rows = environment.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`);
  const again = command === "" ? "" : `<dt>measure again</dt><dd>${code(command)}</dd>`;
  return section("Environment", card(`<dl>${rows.join("")}${again}</dl>`));
}

/** Every figure by the name that gates take, folded. */
export function rawSection({ figures }: ReportView): string {
  const rows = figures.map(
    ({ name, median, spread, samples }) =>
      `<tr><td>${code(name)}</td><td class="n">${escape(median)}</td><td class="n">${escape(spread)}</td><td>${escape(samples)}</td></tr>`,
  );
  const head =
    '<thead><tr><th>Name for gates</th><th class="n">Median</th><th class="n">Spread</th><th>Samples, one a round</th></tr></thead>';
  return section(
    "All figures",
    card(
      `<details><summary>${figures.length} figures with their samples</summary><div class="scroll"><table class="raw">${head}<tbody>${rows.join("")}</tbody></table></div></details>`,
    ),
  );
}

function section(title: string, inside: string): string {
  return `<h2>${escape(title)}</h2>${inside}`;
}

function card(inside: string): string {
  return `<div class="card">${inside}</div>`;
}
