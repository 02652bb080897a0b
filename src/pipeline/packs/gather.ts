import type { Task } from "../../domain/task.ts";
import type { Permit } from "../../lanes/port.ts";
import type { Transfers } from "../../transfers/port.ts";
import { putBack, type WaitingRoom } from "../later.ts";
import { EMPTY_PACK, hasRoom, mayBePacked, type PackBounds, type PackCandidate, withOneMore } from "./fit.ts";
import type { PackTask } from "./reading.ts";

/** Tasks that do not fit are passed over; after so many it is left at what was found. */
const MOST_MISFITS = 16;

export interface GatherOptions extends WaitingRoom {
  readonly transfers: Transfers;
  readonly bounds: PackBounds;
}

/**
 * Takes what goes with this task out of what was read and out of the queue, in their order; null where it goes by itself. Of a kind that
 * is not proved even one alone makes a pack: that is what proves it.
 */
export function gather(
  first: PackTask,
  permit: Permit,
  now: number,
  options: GatherOptions,
): PackTask[] | null {
  const { bounds, queue, ahead } = options;
  const { lane } = permit;
  const { bot } = first.task;
  const fits = (fill: typeof EMPTY_PACK, task: Task) =>
    mayBePacked(task) && lane.takes(task.kind) && hasRoom(fill, candidate(task, options), bounds);
  if (bounds.use.most === 0 || !fits(EMPTY_PACK, first.task)) return null;
  const taken = [first];
  const misfits: PackTask[] = [];
  let fill = withOneMore(EMPTY_PACK, candidate(first.task, options));
  while (fill.media < bounds.use.most && misfits.length < MOST_MISFITS) {
    const read = ahead.take(now, (each) => each === bot);
    const task = read?.task ?? queue.shift(now, (each) => each === bot);
    if (!task) break;
    if (fits(fill, task)) {
      fill = withOneMore(fill, candidate(task, options));
      taken.push({ task, read });
    } else misfits.push({ task, read });
  }
  for (const { task, read } of misfits.reverse()) putBack(task, read, options);
  return taken.length > 1 || bounds.use.kinds[first.task.kind] === "one" ? taken : null;
}

function candidate(task: Task, { transfers }: GatherOptions): PackCandidate {
  return { kind: task.kind, transfer: transfers.guess(task), bytes: task.entry.bytes };
}
