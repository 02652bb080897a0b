import type { Task } from "../../domain/task.ts";
import type { Permit } from "../../lanes/port.ts";
import type { Transfers } from "../../transfers/port.ts";
import { putBack, type WaitingRoom } from "../later.ts";
import {
  EMPTY_PACK,
  hasRoom,
  mayBePacked,
  type PackBounds,
  type PackCandidate,
  type PackFill,
  withOneMore,
} from "./fit.ts";
import type { PackTask } from "./reading.ts";

/** Tasks that do not fit are passed over; after so many it is left at what was found. */
const MOST_MISFITS = 16;

export interface GatherOptions extends WaitingRoom {
  readonly transfers: Transfers;
  readonly bounds: PackBounds;
}

/**
 * Takes what goes with this task out of what was read and out of the queue, in their order, as long as there is room to hold it; null
 * where it goes by itself. Of a kind that is not proved even one alone makes a pack: that is what proves it.
 */
export function gather(
  first: PackTask,
  permit: Permit,
  now: number,
  options: GatherOptions,
): PackTask[] | null {
  const { bounds } = options;
  if (!fits(EMPTY_PACK, first.task, permit, options)) return null;
  const taken = fillUp(first, permit, now, options);
  if (taken.length > 1 || bounds.use.kinds[first.task.kind] === "one") return taken;
  for (const { release } of taken) release?.();
  return null;
}

function fits(fill: PackFill, task: Task, { lane }: Permit, options: GatherOptions): boolean {
  return (
    mayBePacked(task) && lane.takes(task.kind) && hasRoom(fill, candidate(task, options), options.bounds)
  );
}

function fillUp(first: PackTask, permit: Permit, now: number, options: GatherOptions): PackTask[] {
  const { ahead, bounds } = options;
  // The first one goes whatever else is held, or nothing might ever.
  const taken: PackTask[] = [{ ...first, release: ahead.hold(first.task, first.read) ?? undefined }];
  const misfits: PackTask[] = [];
  let fill = withOneMore(EMPTY_PACK, candidate(first.task, options));
  let hasMore = true;
  while (hasMore && fill.media < bounds.use.most && misfits.length < MOST_MISFITS) {
    const next = nextOf(first.task.bot, now, options);
    if (!next) break;
    const isFit = fits(fill, next.task, permit, options);
    const release = isFit ? ahead.hold(next.task, next.read) : null;
    hasMore = !isFit || release !== null;
    if (release) {
      fill = withOneMore(fill, candidate(next.task, options));
      taken.push({ ...next, release });
    } else misfits.push(next);
  }
  for (const { task, read } of misfits.reverse()) putBack(task, read, options);
  return taken;
}

/** What is being read goes along: a slot of the lane is worth more than the rest of that time. */
function nextOf(bot: string, now: number, { queue, ahead }: GatherOptions): PackTask | null {
  const read = ahead.takeAny(now, bot);
  const task = read?.task ?? queue.shift(now, (each) => each === bot);
  return task ? { task, read } : null;
}

function candidate(task: Task, { transfers }: GatherOptions): PackCandidate {
  return { kind: task.kind, transfer: transfers.guess(task), bytes: task.entry.bytes };
}
