import { inlinePage } from "../../pages/inline.ts";
import { PLOT_STYLES } from "../../pages/uplot.ts";
import type { BenchReport } from "../types.ts";
import { plotHtml } from "./html/plot.ts";
import { safe } from "./html/safe.ts";
import {
  comparisonSection,
  doubtSection,
  environmentSection,
  gateSection,
  headlines,
  rawSection,
  scenarioCard,
  targetSection,
  tiles,
} from "./html/sections.ts";
import type { ReportView } from "./view-types.ts";

const FILES = {
  html: new URL("./html/page.html", import.meta.url),
  styles: [
    ...PLOT_STYLES,
    new URL("./html/page.css", import.meta.url),
    new URL("./html/tables.css", import.meta.url),
    new URL("./html/narrow.css", import.meta.url),
  ],
  script: new URL("./html/plots.js", import.meta.url),
};

/**
 * A report as one HTML page that needs no network, light or dark as its reader likes it. Every text is escaped. Its policy lets
 * in nothing but its own style and script, so nothing could be loaded or run that a text brings along.
 */
export function html(view: ReportView, report: BenchReport): string {
  const { html: page, policy } = inlinePage(FILES);
  const strict = ["default-src 'none'", ...policy, "img-src data:", "require-trusted-types-for 'script'"];
  const meta = `<meta http-equiv="Content-Security-Policy" content="${strict.join("; ")}">`;
  return page
    .replace("<title>prewarm bench", () => `${meta}<title>prewarm bench, ${safe(view.at)}`)
    .replace("<main></main>", () => `<main>${content(view, report)}</main>`);
}

function content(view: ReportView, report: BenchReport): string {
  const scenarios = view.scenarios.map((scenario, at) =>
    scenarioCard(scenario, (report.scenarios[at]?.plots ?? []).map(plotHtml)),
  );
  return `<header><h1>prewarm bench</h1><p>${safe(subtitle(view))}</p>${tiles(view)}</header>
${[gateSection(view), comparisonSection(view), headlines(view), targetSection(view), doubtSection(view)].join("\n")}
<h2>Scenarios</h2>
<noscript><p class="note">Plots are drawn by a script of this page, which may not run here.</p></noscript>
${scenarios.join("\n")}
${environmentSection(view)}
${rawSection(view)}`;
}

function subtitle({ at, environment }: ReportView): string {
  const of = (name: string) => environment.find(([each]) => each === name)?.[1] ?? "";
  return `${at} \u00b7 prewarm ${of("prewarm")} on Node.js ${of("Node.js")} \u00b7 ${of("processor")}, ${of("cores")} cores`;
}
