import { reportDocument, WITHOUT_SCRIPT } from "../../pages/report/document.ts";
import { plotHtml } from "../../pages/report/plot.ts";
import { safe } from "../../pages/report/safe.ts";
import { oneLine } from "../../reporters/format.ts";
import type { BenchReport, Plot } from "../types.ts";
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
} from "./sections.ts";
import type { ReportView } from "./view-types.ts";

/** A report as one HTML page that needs no network. Every text is escaped. */
export function html(view: ReportView, report: BenchReport): string {
  return reportDocument(`prewarm bench, ${view.at}`, content(view, report));
}

function content(view: ReportView, report: BenchReport): string {
  const scenarios = view.scenarios.map((scenario, at) =>
    scenarioCard(
      scenario,
      (report.scenarios[at]?.plots ?? []).map((plot) => plotHtml(cleanPlot(plot))),
    ),
  );
  return `<header><h1>prewarm bench</h1><p>${safe(subtitle(view))}</p>${tiles(view)}</header>
${[gateSection(view), comparisonSection(view), headlines(view), targetSection(view), doubtSection(view)].join("\n")}
<h2>Scenarios</h2>
${WITHOUT_SCRIPT}
${scenarios.join("\n")}
${environmentSection(view)}
${rawSection(view)}`;
}

function subtitle({ at, environment }: ReportView): string {
  const of = (name: string) => environment.find(([each]) => each === name)?.[1] ?? "";
  return `${at} \u00b7 prewarm ${of("prewarm")} on Node.js ${of("Node.js")} \u00b7 ${of("processor")}, ${of("cores")} cores`;
}

function cleanPlot({ title, kind, x, y, series }: Plot): Plot {
  const axis = ({ label, unit }: Plot["x"]) => ({ label: oneLine(label), unit: oneLine(unit) });
  const named = series.map((each) => ({ ...each, name: oneLine(each.name) }));
  return { title: oneLine(title), kind, x: axis(x), y: axis(y), series: named };
}
