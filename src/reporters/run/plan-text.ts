import type { EventMap } from "../../domain/events.ts";
import type { Bottleneck, WorkPlan } from "../../domain/work-forecast.ts";
import { count, duration, size } from "../format.ts";
import { priceText, r2Price } from "../r2-price.ts";

/** The last line of `--dry-run --json`: the published fields in their order, then what was added. */
export function planLine(plan: WorkPlan) {
  const { toWarm, skipped, bytes, lanes, ceilingPerMin, etaSeconds, advice } = plan;
  const { bottleneck, filtered, operations } = plan;
  return {
    type: "plan",
    to_warm: toWarm,
    skipped,
    bytes,
    lanes,
    ceiling_per_min: rounded(ceilingPerMin, 1),
    eta_seconds: etaSeconds,
    advice,
    bottleneck,
    filtered,
    class_a: operations.classA,
    class_b: operations.classB,
    cost_usd: rounded(r2Price(operations), 4),
  };
}

/** A plan for people. */
export function planText(plan: WorkPlan): string {
  const eta = plan.etaSeconds === null ? "no lane to send by" : `about ${duration(plan.etaSeconds * 1000)}`;
  const filtered = `${count(plan.filtered)} keys left out by --include, --exclude or --kind`;
  const lines = [
    `to warm   ${count(plan.toWarm)} objects, ${size(plan.bytes)}`,
    `skipped   ${count(plan.skipped)}`,
    ...(plan.filtered > 0 ? [`filtered  ${filtered}`] : []),
    `lanes     ${count(plan.lanes)}`,
    `pace      at most ${count(plan.ceilingPerMin)}/min${limitText(plan.bottleneck)}`,
    `time      ${eta}`,
    `cost      ${priceText(plan.operations)}`,
    ...plan.advice.map((advice) => `faster    ${advice}`),
  ];
  return `${lines.join("\n")}\n`;
}

const LIMIT_TEXTS: Readonly<Record<Bottleneck, string>> = {
  lanes: ", the limit is the lanes",
  concurrency: ", the limit is concurrency",
  bandwidth: ", the limit is the bandwidth that earlier runs had",
  none: "",
};

function limitText(bottleneck: Bottleneck): string {
  return LIMIT_TEXTS[bottleneck];
}

/** Below this nobody needs to be told how long it will take. */
const WORTH_TELLING_S = 10;

/** How long a run will take and what it costs, in sentences; none when it will soon be over, or cannot be said. */
export function forecastLines(forecast: EventMap["forecast"]): string[] {
  const { toWarm, bytes, lanes, ceilingPerMin, bottleneck, etaSeconds, advice, operations, all } = forecast;
  if (etaSeconds === null || etaSeconds < WORTH_TELLING_S) return [];
  const sofar = all ? "" : " so far";
  const amount = `${count(toWarm)} objects${sofar}, ${size(bytes)}`;
  const where = lanes === 1 ? "1 lane" : `${lanes} lanes`;
  const pace = `${where}: at most ${count(ceilingPerMin)}/min${limitText(bottleneck)}; about ${duration(etaSeconds * 1000)}`;
  return [
    `to warm: ${amount}; ${pace}`,
    `cost at R2${sofar}: ${priceText(operations)}`,
    ...advice.map((each) => `faster: ${each}`),
  ];
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
