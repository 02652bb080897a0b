import type { BenchReport } from "../port.ts";
import { plotHtml } from "./html/plot.ts";
import { safe } from "./html/safe.ts";
import { SCRIPT } from "./html/script.ts";
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
import { STYLE } from "./html/style.ts";
import type { ReportView } from "./port.ts";

/** Nothing is loaded from anywhere, and nothing could be. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** A report as one HTML page that needs no network, light or dark as its reader likes it. Every text is escaped. */
export function html(view: ReportView, report: BenchReport): string {
  const scenarios = view.scenarios.map((scenario, at) =>
    scenarioCard(scenario, (report.scenarios[at]?.plots ?? []).map(plotHtml)),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>prewarm bench, ${safe(view.at)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<header><h1>prewarm bench</h1><p>${safe(subtitle(view))}</p>${tiles(view)}</header>
${[gateSection(view), comparisonSection(view), headlines(view), targetSection(view), doubtSection(view)].join("\n")}
<h2>Scenarios</h2>
${scenarios.join("\n")}
${environmentSection(view)}
${rawSection(view)}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function subtitle({ at, environment }: ReportView): string {
  const of = (name: string) => environment.find(([each]) => each === name)?.[1] ?? "";
  return `${at} \u00b7 prewarm ${of("prewarm")} on Node.js ${of("Node.js")} \u00b7 ${of("processor")}, ${of("cores")} cores`;
}
