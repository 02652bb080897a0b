import type { EventMap } from "../../domain/events.ts";
import type { ItemStatus } from "../../domain/outcome.ts";
import type {
  AdoptForecast,
  Bottleneck,
  PackOutlook,
  WorkForecast,
  WorkPlan,
} from "../../domain/work-forecast.ts";
import type { Snapshot } from "../../figures/snapshot.ts";
import { count, duration, size } from "../format.ts";
import { priceText, r2Price } from "../r2-price.ts";
import { lostPlanFields, lostPlanLines } from "./lost-plan.ts";

/** The last line of `--dry-run --json`: the published fields in their order, then what was added. `run` has what was left alone. */
export function planLine(plan: WorkPlan, { leftFailed, leftUnknown }: Snapshot) {
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
    packs: plan.packs && packFields(plan.packs),
    left_failed: leftFailed,
    left_unknown: leftUnknown,
    adopt: plan.adopt && adoptFields(plan.adopt),
    lost: plan.lost && lostPlanFields(plan.lost),
  };
}

function packFields({ perMin, state, onTheWay, canaries = 0 }: PackOutlook) {
  const proving = onTheWay ? { on_the_way: true } : {};
  const tried = canaries === 0 ? {} : { canaries, canary_calls: canaries * CANARY_CALLS };
  return { per_min: rounded(perMin, 1), state, ...proving, ...tried };
}

/** An id is sent once, and that message is deleted. */
const CANARY_CALLS = 2;

function adoptFields({ from, edit, forward, packed, packs, calls, bytes, etaSeconds }: AdoptForecast) {
  const several = packs === 0 ? {} : { packed, packs };
  return { from, edit, forward, ...several, calls, bytes_saved: bytes, eta_seconds: etaSeconds };
}

function adoptText({ from, edit, forward, packed, packs, calls, bytes, etaSeconds }: AdoptForecast): string {
  const each = (text: string) => (packs === 0 ? ` (${text} each)` : "");
  const messages = packs === 1 ? "1 message" : `${count(packs)} messages`;
  const ways = [
    ...(edit > 0 || forward === 0 ? [`${count(edit)} by an edit${each("1 call")}`] : []),
    ...(forward > 0 ? [`${count(forward)} by a forward${each("2 calls")}`] : []),
    ...(packs > 0
      ? [`${count(packed)} of them in ${messages} of several media, ${count(calls)} calls in all,`]
      : []),
  ];
  const time = etaSeconds === null ? "" : `, about ${duration(etaSeconds * 1000)}`;
  return `${ways.join(", ")} of what ${from} posted; ${size(bytes)} are not sent${time}`;
}

/** A plan for people. `run` has what was left alone, `command` is what the user types for such a run. */
export function planText(plan: WorkPlan, run: Snapshot, command: string): string {
  const eta = plan.etaSeconds === null ? "no lane to send by" : `about ${duration(plan.etaSeconds * 1000)}`;
  const filtered = `${count(plan.filtered)} ${plan.filtered === 1 ? "key" : "keys"} left out by --include, --exclude or --kind`;
  const lines = [
    `to warm   ${objects(plan.toWarm)}, ${size(plan.bytes)}`,
    ...(plan.adopt ? [`adopt     ${adoptText(plan.adopt)}`] : []),
    ...(plan.lost ? lostPlanLines(plan.lost).map((text) => `lost      ${text}`) : []),
    `skipped   ${count(plan.skipped)}`,
    ...(plan.filtered > 0 ? [`filtered  ${filtered}`] : []),
    `lanes     ${count(plan.lanes)}`,
    `pace      at most ${paceText(plan)}`,
    `time      ${eta}`,
    `cost      ${priceText(plan.operations)}`,
    ...packLines(plan).map((text) => `packs     ${text}`),
    ...plan.advice.map((advice) => `faster    ${advice}`),
    ...leftLines(run, command),
  ];
  return `${lines.join("\n")}\n`;
}

/** What several media in one message bring, or would; none where nobody wants them. */
function packLines({ packs }: Pick<WorkPlan, "packs">): string[] {
  if (!packs || packs.state === "off") return [];
  const rate = `${count(packs.perMin)}/min`;
  const texts = {
    proved: `with packs: up to ${rate} (proved here)`,
    not_proved: packs.onTheWay
      ? `with packs: up to ${rate} (not proved here; this run finds it out on its way)`
      : `with packs: up to ${rate} (not proved here; prewarm probe)`,
    media_count: "no packs: these chats count media, so they bring nothing",
    unsupported: "no packs: the server has no message of several media",
    rich_only: "no packs: ids that come in one serve nothing else",
  };
  return [texts[packs.state], ...canaryLines(packs)];
}

function canaryLines({ canaries = 0 }: PackOutlook): string[] {
  if (canaries === 0) return [];
  const ids = canaries === 1 ? "1 id of a pack is" : `${count(canaries)} ids of packs are`;
  return [`${ids} tried on the way: ${count(canaries * CANARY_CALLS)} calls, deletions included`];
}

/** What a run would not try again by itself, why, and how it is; none where there is nothing of it. */
function leftLines({ leftFailed, leftUnknown, reasons }: Snapshot, command: string): string[] {
  const kinds = [
    { status: "failed", objects: leftFailed },
    { status: "unknown", objects: leftUnknown },
  ] satisfies { status: ItemStatus; objects: number }[];
  const there = kinds.filter(({ objects }) => objects > 0);
  if (there.length === 0) return [];
  const texts = there.map(({ status, objects }) => {
    const why = reasons.filter((each) => each.status === status && each.left > 0);
    const named = why.map(({ reason, left }) => (why.length === 1 ? reason : `${reason} ${count(left)}`));
    return `${count(objects)} ${status} (${named.join(", ")})`;
  });
  const only = there.map(({ status }) => status).join(",");
  return [`left alone: ${texts.join(", ")}; to try them again: ${command} --only ${only}`];
}

const LIMIT_TEXTS: Readonly<Record<Bottleneck, string>> = {
  lanes: ", the limit is the lanes",
  concurrency: ", the limit is concurrency",
  bandwidth: ", the limit is the bandwidth that earlier runs had",
  none: "",
};

/** Where a run finds out about packs on its way, its pace and its time are those of single sends until then. */
function paceText({ ceilingPerMin, bottleneck, packs }: WorkForecast): string {
  const until = packs?.onTheWay ? " until packs are proved" : "";
  return `${count(ceilingPerMin)}/min${until}${LIMIT_TEXTS[bottleneck]}`;
}

/** Below this nobody needs to be told how long it will take. */
const WORTH_TELLING_S = 10;

/** How long a run will take and what it costs, in sentences; none when it will soon be over, or cannot be said. */
export function forecastLines(forecast: EventMap["forecast"]): string[] {
  const { toWarm, bytes, lanes, etaSeconds, advice, operations, all } = forecast;
  if (etaSeconds === null || etaSeconds < WORTH_TELLING_S) return [];
  const sofar = all ? "" : " so far";
  const amount = `${objects(toWarm)}${sofar}, ${size(bytes)}`;
  const where = lanes === 1 ? "1 lane" : `${lanes} lanes`;
  const pace = `${where}: at most ${paceText(forecast)}; about ${duration(etaSeconds * 1000)}`;
  return [
    `to warm: ${amount}; ${pace}`,
    `cost at R2${sofar}: ${priceText(operations)}`,
    ...advice.map((each) => `faster: ${each}`),
    ...packLines(forecast),
  ];
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

function objects(number: number): string {
  return number === 1 ? "1 object" : `${count(number)} objects`;
}
