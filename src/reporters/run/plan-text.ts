import { count, duration, size } from "../format.ts";

/** The last line of `--dry-run --json`. */
export interface PlanLine {
  readonly type: "plan";
  readonly to_warm: number;
  readonly skipped: number;
  readonly bytes: number;
  readonly lanes: number;
  /** Objects a minute at the most. */
  readonly ceiling_per_min: number;
  /** Null when nothing can be sent. */
  readonly eta_seconds: number | null;
  readonly advice: readonly string[];
}

/** A plan for people. */
export function planText(plan: PlanLine): string {
  const eta = plan.eta_seconds === null ? "no lane to send by" : `about ${duration(plan.eta_seconds * 1000)}`;
  const lines = [
    `to warm   ${count(plan.to_warm)} objects, ${size(plan.bytes)}`,
    `skipped   ${count(plan.skipped)}`,
    `lanes     ${count(plan.lanes)}, at most ${count(plan.ceiling_per_min)}/min together`,
    `time      ${eta}`,
    ...plan.advice.map((advice) => `faster    ${advice}`),
  ];
  return `${lines.join("\n")}\n`;
}
