import type { Cell } from "../../pages/report/table.ts";
import type { Figure } from "../figures.ts";
import type { ScenarioResult } from "../types.ts";
import type { PairRow, PairView } from "./view-types.ts";
import { amount, cell, metricTitle, NONE, number, plusMinus, ratioCell } from "./words.ts";

/**
 * Before and after: a table for each variant and reference that a ratio names, with every metric that one of them has, and
 * then the variants that are measured against nothing. Rows and tables in which nothing was measured are left out.
 */
export function pairsOf({ variants, ratios }: ScenarioResult, figures: readonly Figure[]): PairView[] {
  const pairs = new Map(
    ratios.map(({ reference, variant }) => [`${reference} ${variant}`, { reference, variant }]),
  );
  const named = new Set(ratios.flatMap(({ variant, reference }) => [variant, reference]));
  const alone = variants.filter(({ name }) => !named.has(name));
  const titleOf = (name: string) => variants.find((variant) => variant.name === name)?.title ?? name;
  return [...pairs.values(), ...alone.map(({ name }) => ({ reference: null, variant: name }))]
    .map(({ reference, variant }) => ({
      before: reference === null ? null : titleOf(reference),
      after: titleOf(variant),
      rows: rowsOf(reference, variant, figures).filter(isMeasured),
    }))
    .filter(({ rows }) => rows.length > 0);
}

function isMeasured({ before, after, ratio }: PairRow): boolean {
  return [before, after, ratio.text].some((text) => text !== "" && text !== NONE);
}

function rowsOf(reference: string | null, variant: string, figures: readonly Figure[]): PairRow[] {
  const absolute = figures.filter((figure) => figure.reference === null);
  const [before, after] = [reference, variant].map((name) =>
    absolute.filter((figure) => figure.variant === name),
  );
  const ratios = figures.filter(
    (figure) => reference !== null && figure.variant === variant && figure.reference === reference,
  );
  const metrics = new Set([ratios, after ?? [], before ?? []].flat().map(({ metric }) => metric));
  const apart = new Set(ratios.map(({ metric }) => metric));
  return together([...metrics], apart).map((group) => ({
    title: titleOfGroup(group),
    before: valuesOf(group, before ?? []),
    after: valuesOf(group, after ?? []),
    ratio: ratioOf(ratios.find(({ metric }) => metric === group[0])),
  }));
}

/** Percentiles of one thing share a row, unless one of them has a ratio of its own. */
const PERCENTILE = /^(.*_)?p\d+_/;

function together(metrics: readonly string[], apart: ReadonlySet<string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const metric of metrics) {
    const percentile = apart.has(metric) ? null : PERCENTILE.exec(metric);
    const key = percentile ? metric.replace(PERCENTILE, "$1p_") : metric;
    groups.set(key, [...(groups.get(key) ?? []), metric]);
  }
  return [...groups.values()];
}

/** `P50 / P95 / P99`, `queue P50 / P95 / P99`. */
function titleOfGroup(metrics: readonly string[]): string {
  const [first, ...rest] = metrics.map(metricTitle);
  return [first, ...rest.map((title) => title.split(" ").at(-1))].join(" / ");
}

/** `52 ms`, or of several metrics `52 / 80 / 91 ms`. */
function valuesOf(metrics: readonly string[], side: readonly Figure[]): string {
  const found = metrics.flatMap((metric) => side.filter((figure) => figure.metric === metric));
  const last = found.at(-1);
  if (!last) return "";
  return [...found.slice(0, -1).map((each) => number(each.median)), amount(last.median, last.unit)].join(
    " / ",
  );
}

function ratioOf(ratio: Figure | undefined): Cell {
  if (!ratio) return cell("", "plain");
  const { text, tone } = ratioCell(ratio.median, ratio.better);
  const about = plusMinus(ratio.spread);
  return cell(about === "" ? text : `${text} (${about})`, tone);
}
