import { createHash } from "node:crypto";
import { unlessAborted } from "../domain/abort.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import type { Task, TransferName } from "../domain/task.ts";
import type { AdoptForecast, LostForecast, WorkPlan } from "../domain/work-forecast.ts";
import type { LookForecaster } from "../looks/port.ts";
import type { Adoptable, Adoption } from "../pipeline/adopt/adoption.ts";
import { packableOf } from "../pipeline/packs/fit.ts";
import { PackableCount } from "../pipeline/packs/packable-count.ts";
import { type Planned, type PlanOptions, partLost, plan } from "../pipeline/plan.ts";
import { withoutLane } from "../pipeline/results.ts";
import type { Stop } from "../pipeline/stop.ts";
import { AdoptCount, type PaceIn, togetherSeconds } from "./adopt-forecast.ts";
import type { ForecastOf } from "./forecasts.ts";

export interface DryRunParts {
  readonly plan: PlanOptions;
  readonly forecastOf: ForecastOf;
  /** What gets ids by messages of another bot; null where all is warmed. */
  readonly adoption: Adoption | null;
  /** Says how messages of lost calls would be looked for. */
  readonly lost: LookForecaster;
  readonly paceIn: PaceIn;
  /** Whether a bot has no lane to send by, and why. */
  readonly isOut: (bot: string) => boolean;
  readonly whyOut: (bot: string, kind: MediaKind) => Failure;
  /** How many ids of packs are tried for these kinds, by bot. */
  readonly canariesOf: (kinds: ReadonlyMap<string, ReadonlySet<MediaKind>>) => number;
  /** How a task would go, by what is known before it is read. */
  readonly guess: (task: Task) => TransferName;
  readonly limit: number | undefined;
  readonly stop: Stop;
  readonly events: Emitter;
}

/**
 * Plans without sending or writing anything; emits `planned` for each object that a run would send. Returns null, and stops
 * the run, when the source cannot be read.
 */
export async function dryRun(parts: DryRunParts): Promise<WorkPlan | null> {
  try {
    const { adoption } = parts;
    const counted = new Count(adoption && new AdoptCount(adoption.from), parts.guess);
    await unlessAborted(count(parts, counted), parts.stop.draining);
    const { toWarm, skipped, bytes } = counted;
    const { filtered = 0, listed = 0 } = parts.plan.selection ?? {};
    const forecast = parts.forecastOf({ toWarm, bytes, listed, packable: counted.packable.all });
    const packs = forecast.packs && { ...forecast.packs, canaries: parts.canariesOf(counted.kinds) };
    const sent = { ...forecast, packs, skipped, filtered };
    const warm = counted.lost > 0 ? withLost(sent, parts.lost.forecast()) : sent;
    const adopt = counted.adopt?.forecast();
    if (!adopt) return warm;
    const all = {
      toWarm: toWarm + adopt.edit + adopt.forward,
      bytes: bytes + adopt.bytes,
      packable: counted.packableOfAll.all,
      listed,
    };
    return withAdopted(warm, adopt, parts.forecastOf(all).etaSeconds);
  } catch (error) {
    if (!(error instanceof SourceFailed)) throw error;
    const { failure } = error;
    parts.stop.drain({ type: failure.class === "auth" ? "denied" : "source", failure });
    return null;
  }
}

/** The plan with what is looked for first, on the same lanes. */
function withLost(warm: WorkPlan, lost: LostForecast): WorkPlan {
  const { etaSeconds } = warm;
  return { ...warm, etaSeconds: etaSeconds === null ? null : etaSeconds + lost.etaSeconds, lost };
}

/** The plan with what is adopted, and with the advice to warm it where that is faster: `anew` is how long all takes then. */
function withAdopted(warm: WorkPlan, adopt: AdoptForecast, anew: number | null): WorkPlan {
  const etaSeconds = togetherSeconds(adopt, warm);
  const isFaster = anew !== null && etaSeconds !== null && anew < etaSeconds;
  const advice = isFaster ? [...warm.advice, anewText(anew, etaSeconds, adopt)] : warm.advice;
  return { ...warm, etaSeconds, advice, adopt };
}

function anewText(anew: number, adopting: number, { bytes }: AdoptForecast): string {
  const megabytes = Math.ceil(bytes / 1e6);
  return `warming anew takes about ${inWords(anew)} instead of ${inWords(adopting)}: leave out --adopt-from, and ${megabytes} MB are sent`;
}

function inWords(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

/** Contents remembered; of what comes later, only duplicates of these are found. */
const MOST_CONTENTS = 500_000;

/** Takes note of what a real run would do, and of nothing else. */
class Count {
  toWarm = 0;
  skipped = 0;
  bytes = 0;
  /** Objects whose answers were lost. */
  lost = 0;
  /** Of these, what is not sent for sure. */
  unsent = 0;
  /** What is sent, by bot. */
  readonly kinds = new Map<string, Set<MediaKind>>();
  /** 31 bits of a hash each: a million names would not fit into memory, and a clash costs one object in a forecast. */
  readonly #contents = new Set<number>();
  /** Null where all is warmed. */
  readonly adopt: AdoptCount | null;

  /** What goes in packs of what is sent, and of what would be if nothing were adopted. */
  readonly packable = new PackableCount();
  readonly packableOfAll = new PackableCount();
  readonly #guess: (task: Task) => TransferName;

  constructor(adopt: AdoptCount | null, guess: (task: Task) => TransferName) {
    this.adopt = adopt;
    this.#guess = guess;
  }

  /** False for content that is in the plan already under another key. */
  task(task: Task): boolean {
    if (!this.isNew(task)) return false;
    this.send(task);
    return true;
  }

  send(task: Task): void {
    const { entry, bot, kind } = task;
    this.packs(task, this.packable, this.packableOfAll);
    this.kinds.set(bot, (this.kinds.get(bot) ?? new Set()).add(kind));
    this.toWarm += 1;
    this.bytes += entry.bytes;
  }

  packs(task: Task, ...counts: readonly PackableCount[]): void {
    const medium = packableOf(task, this.#guess);
    if (medium) for (const count of counts) count.add(medium);
  }

  isNew({ bot, kind, content }: Task): boolean {
    const name = createHash("md5").update(`${bot}|${kind}|${content}`).digest().readUInt32BE() >>> 1;
    if (this.#contents.has(name)) {
      this.skipped += 1;
      return false;
    }
    if (this.#contents.size < MOST_CONTENTS) this.#contents.add(name);
    return true;
  }
}

async function count(parts: DryRunParts, counted: Count): Promise<void> {
  const { limit = Number.POSITIVE_INFINITY, stop, adoption } = parts;
  const left = () => limit - counted.toWarm - counted.unsent - (counted.adopt?.rows ?? 0);
  const isOver = () => left() <= 0 || stop.draining.aborted;
  for await (const page of plan(parts.plan)) {
    const { lost, rest: others } = partLost(page);
    const { adopt, rest } = adoption ? await adoption.part(others) : { adopt: [], rest: others };
    for (const planned of rest) {
      if (isOver()) return;
      note(planned, counted, parts);
    }
    for (const each of adopt) {
      if (isOver()) return;
      noteAdoptable(each, counted, parts);
    }
    await noteLost(lost, left(), counted, parts);
  }
}

function noteAdoptable(each: Adoptable, counted: Count, { events, paceIn }: DryRunParts): void {
  if (!counted.isNew(each.task)) return;
  const { entry, bot, kind } = each.task;
  counted.adopt?.add(each, paceIn);
  counted.packs(each.task, counted.packableOfAll);
  events.emit("planned", { key: entry.key, bot, kind, bytes: entry.bytes, way: each.way });
}

/** Objects whose answers were lost, so many at the most. */
async function noteLost(
  tasks: readonly Task[],
  most: number,
  counted: Count,
  parts: DryRunParts,
): Promise<void> {
  const { events, isOut, whyOut, lost } = parts;
  for (const task of tasks)
    if (isOut(task.bot)) events.emit("item", withoutLane(task, whyOut(task.bot, task.kind)));
  const fresh = tasks.filter((task) => !isOut(task.bot) && counted.isNew(task)).slice(0, Math.max(0, most));
  const plans = await lost.plan(fresh);
  for (const [at, task] of fresh.entries()) {
    const plan = plans[at];
    if (!plan) continue;
    counted.lost += 1;
    if (plan.is === "absent" || plan.is === "unchecked") counted.send(task);
    else counted.unsent += 1;
    const { entry, bot, kind } = task;
    events.emit("planned", { key: entry.key, bot, kind, bytes: entry.bytes, lost: plan });
  }
}

function note(planned: Planned, counted: Count, { events, isOut, whyOut }: DryRunParts): void {
  if (planned.type === "task") {
    const { task } = planned;
    const { key, bytes } = task.entry;
    if (isOut(task.bot)) events.emit("item", withoutLane(task, whyOut(task.bot, task.kind)));
    else if (counted.task(task)) events.emit("planned", { key, bot: task.bot, kind: task.kind, bytes });
  } else if (planned.item.status === "skipped") counted.skipped += 1;
  else events.emit("item", planned.item);
}
