import { safe } from "../../pages/report/safe.ts";
import { card, code, judgement, section, tableHtml, tag, tile, tilesHtml } from "../../pages/report/table.ts";
import type { ComparisonView, PairView, ReportView, ScenarioView } from "./view-types.ts";

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
  return tilesHtml(parts);
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
              `<a href="#${name}">${safe(name)}</a>: ${safe(row.title)}`,
              `${safe(row.before)}<br><span class="soft">${safe(before)}</span>`,
              `${safe(row.after)}<br><span class="soft">${safe(after)}</span>`,
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
    `<span class="soft">${safe(scenario)}</span> ${safe(text)}`,
    safe(value),
    tag(verdict),
  ]);
  return section(
    "Targets",
    card(tableHtml([{ head: "" }, { head: "Measured", look: "a n" }, { head: "", look: "word" }], rows)),
  );
}

export function gateSection({ gates }: ReportView): string {
  if (gates.length === 0) return "";
  const rows = gates.map(({ expression, value, verdict, detail }) => [
    code(expression),
    safe(value),
    judgement(verdict, detail),
  ]);
  return section(
    "Gates",
    card(tableHtml([{ head: "" }, { head: "Measured", look: "a n" }, { head: "", look: "word" }], rows)),
  );
}

export function comparisonSection({ comparison }: ReportView): string {
  if (!comparison) return "";
  const { title, notes, rows } = comparison;
  const others = rows.filter(({ judged }) => !judged);
  const lines = notes.map((note) => `<p class="note">${safe(note)}</p>`).join("");
  const judged = rows.filter((row) => row.judged);
  const folded =
    others.length === 0
      ? ""
      : `<details><summary>${others.length} figures that are not judged</summary>${compared(others)}</details>`;
  return section(
    "Baseline",
    card(`<p class="soft">${safe(title)}</p>${judged.length > 0 ? compared(judged) : ""}${lines}${folded}`),
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
    rows.map(({ name, before, now, change, verdict, detail }) => [
      code(name),
      safe(before),
      safe(now),
      safe(change),
      judgement(verdict, detail),
    ]),
  );
}

export function doubtSection({ doubts }: ReportView): string {
  if (doubts.length === 0) return "";
  const items = doubts.map(
    ({ about, text, next }) =>
      `<li><b class="doubt">${safe(about)}</b> ${safe(text)}<div>${safe(next)}</div></li>`,
  );
  return section("Doubts", card(`<ul class="doubts">${items.join("")}</ul>`));
}

/** A scenario with its tables and the plots that belong to it. */
export function scenarioCard(scenario: ScenarioView, plots: readonly string[]): string {
  const { name, what, effort, simulated, incomplete, pairs } = scenario;
  const notes = [
    ...(simulated === null ? [] : [`<p class="note">Simulated: ${safe(simulated)}</p>`]),
    ...(incomplete === null
      ? []
      : [`<p class="note"><span class="tag doubt">cut short</span> ${safe(incomplete)}</p>`]),
    ...(pairs.length === 0
      ? ['<p class="note"><span class="tag doubt">nothing was measured</span></p>']
      : []),
  ];
  const pictures = plots.length > 0 ? `<div class="plots">${plots.join("")}</div>` : "";
  return `<section class="card" id="${name}"><h3>${safe(name)}</h3><p class="soft">${safe(what)} <span>(${safe(effort)})</span></p>${notes.join("")}${pairs.map(pairTable).join("")}${pictures}</section>`;
}

const PAIR = [
  { head: "" },
  { head: "Before", look: "b n" },
  { head: "After", look: "a n" },
  { head: "Ratio", look: "word" },
] as const;

function pairTable({ before, after, rows }: PairView): string {
  const title =
    before === null ? safe(after) : `${safe(before)} <span class="soft">\u2192</span> ${safe(after)}`;
  const cells = rows.map((row) => [safe(row.title), safe(row.before), safe(row.after), tag(row.ratio)]);
  const one = [{ head: "" }, { head: "Measured", look: "a n" }] as const;
  const drawn =
    before === null
      ? tableHtml(
          one,
          cells.map(([name = "", , value = ""]) => [name, value]),
        )
      : tableHtml(PAIR, cells);
  return `<h4>${title}</h4>${drawn}`;
}

export function environmentSection({ environment, command }: ReportView): string {
  const rows = environment.map(([name, value]) => `<dt>${safe(name)}</dt><dd>${safe(value)}</dd>`);
  const again = command === "" ? "" : `<dt>measure again</dt><dd>${code(command)}</dd>`;
  return section("Environment", card(`<dl>${rows.join("")}${again}</dl>`));
}

/** Every figure by the name that gates take, folded. */
export function rawSection({ figures }: ReportView): string {
  const rows = figures.map(
    ({ name, median, spread, samples }) =>
      `<tr><td>${code(name)}</td><td class="n">${safe(median)}</td><td class="n">${safe(spread)}</td><td>${safe(samples)}</td></tr>`,
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
