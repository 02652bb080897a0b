import { createHash } from "node:crypto";
import { unlessAborted } from "../domain/abort.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import type { Task } from "../domain/task.ts";
import type { WorkPlan } from "../domain/work-forecast.ts";
import { type Planned, type PlanOptions, plan } from "../pipeline/plan.ts";
import { withoutLane } from "../pipeline/results.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { ForecastOf } from "./forecasts.ts";

export interface DryRunParts {
  readonly plan: PlanOptions;
  readonly forecastOf: ForecastOf;
  /** Whether a bot has no lane to send by, and why. */
  readonly isOut: (bot: string) => boolean;
  readonly whyOut: (bot: string, kind: MediaKind) => Failure;
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
    const counted = new Count();
    await unlessAborted(count(parts, counted), parts.stop.draining);
    const { toWarm, skipped, bytes } = counted;
    const { filtered = 0, listed = 0 } = parts.plan.selection ?? {};
    return { ...parts.forecastOf({ toWarm, bytes, listed }), skipped, filtered };
  } catch (error) {
    if (!(error instanceof SourceFailed)) throw error;
    const { failure } = error;
    parts.stop.drain({ type: failure.class === "auth" ? "denied" : "source", failure });
    return null;
  }
}

/** Contents remembered; of what comes later, only duplicates of these are found. */
const MOST_CONTENTS = 500_000;

/** Takes note of what a real run would do, and of nothing else. */
class Count {
  toWarm = 0;
  skipped = 0;
  bytes = 0;
  /** 31 bits of a hash each: a million names would not fit into memory, and a clash costs one object in a forecast. */
  readonly #contents = new Set<number>();

  /** False for content that is in the plan already under another key. */
  task({ bot, kind, content, entry }: Task): boolean {
    const name = createHash("md5").update(`${bot}|${kind}|${content}`).digest().readUInt32BE() >>> 1;
    if (this.#contents.has(name)) {
      this.skipped += 1;
      return false;
    }
    if (this.#contents.size < MOST_CONTENTS) this.#contents.add(name);
    this.toWarm += 1;
    this.bytes += entry.bytes;
    return true;
  }
}

async function count(parts: DryRunParts, counted: Count): Promise<void> {
  const { limit = Number.POSITIVE_INFINITY, stop } = parts;
  for await (const page of plan(parts.plan)) {
    for (const planned of page) {
      if (counted.toWarm >= limit || stop.draining.aborted) return;
      note(planned, counted, parts);
    }
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
