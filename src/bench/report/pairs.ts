import { oneLine } from "../../reporters/format.ts";
import type { Ratio, ScenarioResult, Variant } from "../port.ts";
import type { Cell, Figure, PairRow, PairView } from "./port.ts";
import { amount, cell, metricTitle, plusMinus, ratioCell } from "./words.ts";

const NO_RATIO = cell("", "plain");

/**
 * Before and after: a table for each variant and reference that a ratio names, with every metric that one of them has, and
 * then the variants that are measured against nothing.
 */
export function pairsOf(result: ScenarioResult, figures: readonly Figure[]): PairView[] {
  const pairs = new Map(
    result.ratios.map((ratio) => [JSON.stringify([ratio.reference, ratio.variant]), ratio]),
  );
  const named = new Set(result.ratios.flatMap(({ variant, reference }) => [variant, reference]));
  return [
    ...[...pairs.values()].map((ratio) => pairOf(ratio, result, figures)),
    ...result.variants.filter(({ name }) => !named.has(name)).map((variant) => alone(variant, figures)),
  ];
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
    rows: [...metrics].map((metric) => rowOf(metric, before, after, cellOf(metric))),
  };
}

function rowOf(metric: string, before: readonly Figure[], after: readonly Figure[], ratio: Cell): PairRow {
  const of = (side: readonly Figure[]) => {
    const figure = side.find((each) => each.metric === metric);
    return figure ? amount(figure.median, figure.unit) : "";
  };
  return { title: metricTitle(metric), before: of(before), after: of(after), ratio };
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
    rows: own.map((figure) => rowOf(figure.metric, [], own, NO_RATIO)),
  };
}

function titleOf(name: string, variants: readonly Variant[]): string {
  return oneLine(variants.find((variant) => variant.name === name)?.title ?? name);
}
