import type { ChalkInstance } from "chalk";
import type { CheckPlan } from "../../domain/check-plan.ts";
import type { CheckedStatus } from "../../domain/checked-id.ts";
import { nextStep } from "../../domain/failure.ts";
import type { CheckReason, CheckSnapshot } from "../../figures/check-tally.ts";
import { count, duration, fold, oneLine } from "../format.ts";
import { nextLine } from "../next-line.ts";
import { priceText } from "../r2-price.ts";
import { reasonTable } from "../reason-table.ts";
import { type Canvas, right, table } from "../table.ts";

/** What is going to be checked, a line for each place. */
export function checkPlanText(plan: CheckPlan, ledger: string): string {
  return `${planLines(plan, ledger)
    .map(([what, text]) => `${what.padEnd(10)}${text}`)
    .join("\n")}\n`;
}

/** The same in sentences, before the check begins. */
export function checkPlanSentences(plan: CheckPlan, ledger: string): string[] {
  return planLines(plan, ledger).map(([what, text]) => `${what}: ${text}`);
}

function planLines(plan: CheckPlan, ledger: string): [what: string, text: string][] {
  const { ids, of, without, way, calls, callsPerMin, etaSeconds } = plan;
  const sample = of > ids ? `, a sample of ${count(of)}` : "";
  const lines: [string, string][] = [["to check", oneLine(`${idsText(ids)} of ${ledger}${sample}`)]];
  if (without > 0)
    lines.push(["left out", `${count(without)} ${without === 1 ? "row" : "rows"} without an id`]);
  if (way !== null) lines.push(["R2", oneLine(`by ${wayText(plan)}; ${priceText(plan.operations)}`)]);
  if (calls > 0)
    lines.push([
      "Telegram",
      `at most ${count(calls)} ${calls === 1 ? "question" : "questions"} (getFile), ${count(callsPerMin)}/min: about ${duration(etaSeconds * 1000)}; nothing is posted`,
    ]);
  return lines;
}

function wayText({ way, below }: CheckPlan): string {
  if (way === "head") return "a HEAD for each key, which costs less here than a listing";
  return `a listing${below === "" ? " of the bucket" : ` of what begins with ${below}`}, which costs less here than a HEAD for each key`;
}

function idsText(ids: number): string {
  return ids === 1 ? "1 id" : `${count(ids)} ids`;
}

export interface CheckTableOptions extends Canvas {
  /** Whether what is not true was marked. */
  readonly fix: boolean;
  /** What the user types to go on with the check, or to check the same once more, and to warm it. */
  readonly commands: { readonly verify: string; readonly run: string };
  /** Some were not checked because it was stopped. */
  readonly stopped: boolean;
}

const ABOUT: Readonly<
  Record<Exclude<CheckedStatus, "ok">, { readonly left: string; readonly fixed: string }>
> = {
  deleted: {
    left: "the bucket has no such object; the id still works, and readers still find it",
    fixed:
      "the bucket has no such object: readers find no id by this key any more; it comes back with the object",
  },
  changed: {
    left: "the object was replaced: the next run warms it, and the old id serves until then",
    fixed: "the object was replaced: the next run warms it, and the old id serves until then",
  },
  dead: {
    left: "Telegram does not take the id: what is sent by it fails",
    fixed: "Telegram does not take the id: readers find it no more, and the next run makes a new one",
  },
  unchecked: { left: "", fixed: "" },
};

/** The end of a check for people, with what to do next. Ends with a line end. */
export function checkTables(figures: CheckSnapshot, options: CheckTableOptions): string {
  const { counts, total, durationMs, calls, floodWaits } = figures;
  const { colour } = options;
  const statuses: CheckedStatus[] = ["ok", "deleted", "changed", "dead", "unchecked"];
  const rows = statuses.map((status) => {
    const paint = counts[status] === 0 ? colour.dim : styleOf(status, colour);
    return [paint(status), right(paint(count(counts[status])))];
  });
  const head = `${colour.bold(`${idsText(total)} in ${duration(durationMs)}`)}: questions to Telegram ${count(calls)}, flood waits ${count(floodWaits)}`;
  const reasons = figures.reasons.map((row) => ({ ...row, next: adviceOn(row, options.fix) }));
  const next = nextCommand(figures, options);
  const parts = [
    fold(head, options.width - 1, "  ").join("\n"),
    table(["result", right("ids")], rows, options),
    reasonTable(reasons, options, { unit: "ids" }),
    next && nextLine(next, options),
  ];
  return `${parts.filter((part) => part !== null).join("\n")}\n`;
}

function styleOf(status: CheckedStatus, colour: ChalkInstance): ChalkInstance {
  if (status === "ok") return colour.green;
  return status === "unchecked" ? colour.yellow : colour.red;
}

function adviceOn({ status, reason, message }: CheckReason, fix: boolean): string {
  if (status === "ok" || status === "unchecked") return `${message}: ${nextStep(reason)}`;
  return fix ? ABOUT[status].fixed : ABOUT[status].left;
}

/** To go on where it was stopped, else to have marked what is wrong, else to warm it; null where all is well. */
function nextCommand({ counts }: CheckSnapshot, options: CheckTableOptions): string | null {
  const { fix, commands, stopped } = options;
  if (stopped) return `${commands.verify}${fix ? " --fix" : ""}`;
  if (!fix && counts.dead + counts.deleted > 0) return `${commands.verify} --fix`;
  if (counts.dead + counts.changed > 0) return commands.run;
  return counts.unchecked > 0 ? commands.verify : null;
}
