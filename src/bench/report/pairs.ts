import { oneLine } from "../../reporters/format.ts";
import type { Ratio, ScenarioResult, Variant } from "../port.ts";
import type { Cell, Figure, PairRow, PairView } from "./port.ts";
import { amount, cell, metricTitle, NONE, number, plusMinus, ratioCell } from "./words.ts";

const NO_RATIO = cell("", "plain");

/**
 * Before and after: a table for each variant and reference that a ratio names, with every metric that one of them has, and
 * then the variants that are measured against nothing. Rows and tables in which nothing was measured are left out.
 */
export function pairsOf(result: ScenarioResult, figures: readonly Figure[]): PairView[] {
  const pairs = new Map(
    result.ratios.map((ratio) => [JSON.stringify([ratio.reference, ratio.variant]), ratio]),
  );
  const named = new Set(result.ratios.flatMap(({ variant, reference }) => [variant, reference]));
  const all = [
    ...[...pairs.values()].map((ratio) => pairOf(ratio, result, figures)),
    ...result.variants.filter(({ name }) => !named.has(name)).map((variant) => alone(variant, figures)),
  ];
  return all
    .map((pair) => ({ ...pair, rows: pair.rows.filter(isMeasured) }))
    .filter(({ rows }) => rows.length > 0);
}

function isMeasured({ before, after, ratio }: PairRow): boolean {
  return [before, after, ratio.text].some((text) => text !== "" && text !== NONE);
}

function pairOf(
  { variant, reference }: Ratio,
  { variants }: ScenarioResult,
  figures: readonly Figure[],
): PairView {
  const of = (name: string) =>
    figures.filter((figure) => figure.variant === name && figure.reference === null);
  const [before, after] = [of(reference), of(variant)];
  const ratios = figures.filter((figure) => figure.variant === variant && figure.reference === reference);
  const metrics = new Set([...ratios, ...after, ...before].map(({ metric }) => metric));
  const cellOf = (metric: string) => ratioOf(ratios.find((each) => each.metric === metric));
  return {
    before: titleOf(reference, variants),
    after: titleOf(variant, variants),
    rows: together([...metrics], new Set(ratios.map(({ metric }) => metric))).map((group) =>
      rowOf(group, before, after, cellOf(group[0] ?? "")),
    ),
  };
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

function rowOf(
  metrics: readonly string[],
  before: readonly Figure[],
  after: readonly Figure[],
  ratio: Cell,
): PairRow {
  const titles = metrics.map(metricTitle);
  const rest = titles.slice(1).map((title) => title.split(" ").at(-1));
  return {
    title: [titles[0], ...rest].join(" / "),
    before: valuesOf(metrics, before),
    after: valuesOf(metrics, after),
    ratio,
  };
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
  if (!ratio) return NO_RATIO;
  const { text, tone } = ratioCell(ratio.median, ratio.better);
  const about = plusMinus(ratio.spread);
  return cell(about === "" ? text : `${text} (${about})`, tone);
}

function alone({ name, title }: Variant, figures: readonly Figure[]): PairView {
  const own = figures.filter((figure) => figure.variant === name);
  return {
    before: null,
    after: oneLine(title),
    rows: together(
      own.map(({ metric }) => metric),
      new Set(),
    ).map((group) => rowOf(group, [], own, NO_RATIO)),
  };
}

function titleOf(name: string, variants: readonly Variant[]): string {
  return oneLine(variants.find((variant) => variant.name === name)?.title ?? name);
}
