import type { Cell } from "../../pages/report/table.ts";
import type { Compared, ComparedView, Comparison, ComparisonView, Verdict } from "./view-types.ts";
import { amount, cell, cleaned, plainPercent, plusMinus, signed } from "./words.ts";

/** Failures first, then what is worse, then the rest; judged before the rest. */
const ORDER: readonly Verdict[] = [
  "regression",
  "missing",
  "unsure",
  "worse",
  "unjudged",
  "improved",
  "unchanged",
  "new",
];

/** A comparison as words, the worst first. */
export function comparisonView(given: Comparison): ComparisonView {
  const comparison = cleaned(given);
  const { baseline, max_regression, same_machine, failed, notes } = comparison;
  const rank = (row: Compared) => (row.judged ? 0 : ORDER.length) + ORDER.indexOf(row.verdict);
  const rows = comparison.rows.toSorted((a, b) => rank(a) - rank(b)).map(rowView);
  const limit = plainPercent(max_regression);
  return {
    title: `against ${baseline.path} of ${baseline.at}, at most ${limit} worse`,
    verdict: failed ? cell(whyFailed(comparison), "bad") : cell("no regression", "good"),
    rows,
    notes: [
      ...notes,
      same_machine
        ? "absolute figures are shown and not judged: only ratios hold from run to run"
        : "absolute figures are of two machines: shown and not judged",
    ],
  };
}

function whyFailed({ rows }: Comparison): string {
  const count = (verdict: Verdict) => rows.filter((row) => row.judged && row.verdict === verdict).length;
  const [worse, gone] = [count("regression"), count("missing")];
  const parts = [
    ...(worse > 0 ? [`${worse} ${worse === 1 ? "regression" : "regressions"}`] : []),
    ...(gone > 0 ? [`${gone} missing`] : []),
  ];
  return parts.length > 0 ? parts.join(", ") : "nothing could be compared";
}

function rowView(row: Compared): ComparedView {
  const { name, unit, judged, before, now, change, error } = row;
  const about = plusMinus(error);
  return {
    name,
    judged,
    before: amount(before, unit),
    now: amount(now, unit),
    change: change === null ? "" : [signed(change), about].filter((part) => part !== "").join(" "),
    ...(judged ? verdictOf(row) : { verdict: cell("not judged", "plain"), detail: "" }),
  };
}

const WORDS: Readonly<Record<Verdict, Cell>> = {
  regression: cell("REGRESSION", "bad"),
  missing: cell("MISSING", "bad"),
  unsure: cell("perhaps worse", "doubt"),
  worse: cell("within limit", "plain"),
  unjudged: cell("no comparison", "doubt"),
  improved: cell("improved", "good"),
  new: cell("new", "plain"),
  unchanged: cell("unchanged", "plain"),
};

function verdictOf({ verdict, cost }: Compared): Pick<ComparedView, "verdict" | "detail"> {
  const costs = cost === null ? "" : `costs ${plainPercent(Math.abs(cost))} ${cost < 0 ? "less" : "more"}`;
  const details: Readonly<Record<Verdict, string>> = {
    regression: costs,
    missing: "the baseline has it, this run does not",
    unsure: `${costs}, but the error reaches below the limit`,
    worse: costs,
    unjudged: "one side is zero or not a number",
    improved: costs,
    new: "",
    unchanged: "",
  };
  return { verdict: WORDS[verdict], detail: details[verdict] };
}
