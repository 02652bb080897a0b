import type { Order } from "../domain/choices.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Task } from "../domain/task.ts";

const SMALLEST_CLASS_BYTES = 64 * 1024;
const HOUR_MS = 3_600_000;
/** Behind every age in hours. */
const OLDEST = Number.MAX_SAFE_INTEGER;
/** 64 KiB x 4^8 is 4 GiB, more than Telegram takes. */
const LAST_CLASS = 8;

const KIND_RANK: Readonly<Record<MediaKind, number>> = {
  photo: 0,
  animation: 1,
  audio: 1,
  voice: 1,
  document: 1,
  video: 2,
};

/** How often `first` must be taken times four until it holds `value`, at most {@link LAST_CLASS}. */
function powerOfFour(value: number, first: number): number {
  let power = 0;
  for (let bound = first; value > bound && power < LAST_CLASS; bound *= 4) power++;
  return power;
}

/**
 * The class of a task within its priority: lower goes first. Classes are few (27 sizes, or the hours of
 * `recent`), so that tasks are sorted by being put into one and never compared. Photos go before videos in each size class, whichever way sizes run.
 * @param wall Unix milliseconds, what ages are taken against (`recent`); an entry without a date counts as oldest.
 */
export function classOf(task: Task, order: Order, wall: number): number {
  const { bytes, modifiedAt } = task.entry;
  switch (order) {
    case "source":
      return 0;
    case "recent":
      return modifiedAt === undefined ? OLDEST : Math.floor(Math.max(0, wall - modifiedAt) / HOUR_MS);
    case "small":
      return 3 * powerOfFour(bytes, SMALLEST_CLASS_BYTES) + KIND_RANK[task.kind];
    case "large":
      return 3 * (LAST_CLASS - powerOfFour(bytes, SMALLEST_CLASS_BYTES)) + KIND_RANK[task.kind];
  }
}
