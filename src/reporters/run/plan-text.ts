import type { EventMap } from "../../domain/events.ts";
import type { WorkPlan } from "../../domain/work-forecast.ts";
import { count, duration, size } from "../format.ts";

/** The last line of `--dry-run --json`, in its published order. */
export function planLine(plan: WorkPlan) {
  const { toWarm, skipped, filtered, bytes, lanes, ceilingPerMin, etaSeconds, advice } = plan;
  return {
    type: "plan",
    to_warm: toWarm,
    skipped,
    bytes,
    lanes,
    ceiling_per_min: ceilingPerMin,
    eta_seconds: etaSeconds,
    advice,
    filtered,
  };
}

/** A plan for people. */
export function planText(plan: WorkPlan): string {
  const eta = plan.etaSeconds === null ? "no lane to send by" : `about ${duration(plan.etaSeconds * 1000)}`;
  const lines = [
    `to warm   ${count(plan.toWarm)} objects, ${size(plan.bytes)}`,
    `skipped   ${count(plan.skipped)}`,
    ...(plan.filtered > 0
      ? [`filtered  ${count(plan.filtered)} keys left out by --include, --exclude or --kind`]
      : []),
    `lanes     ${count(plan.lanes)}, at most ${count(plan.ceilingPerMin)}/min together`,
    `time      ${eta}`,
    ...plan.advice.map((advice) => `faster    ${advice}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Below this nobody needs to be told how long it will take. */
const WORTH_TELLING_S = 10;

/** How long a run will take, in sentences; none when it will soon be over, or cannot be said. */
export function forecastLines(forecast: EventMap["forecast"]): string[] {
  const { toWarm, bytes, lanes, ceilingPerMin, etaSeconds, advice, all } = forecast;
  if (etaSeconds === null || etaSeconds < WORTH_TELLING_S) return [];
  const amount = `${count(toWarm)} objects${all ? "" : " so far"}, ${size(bytes)}`;
  const pace = `${lanes} lanes: at most ${count(ceilingPerMin)}/min, about ${duration(etaSeconds * 1000)}`;
  return [`to warm: ${amount}; ${pace}`, ...advice.map((each) => `faster: ${each}`)];
}
