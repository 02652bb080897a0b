import type { Order } from "../domain/choices.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Task } from "../domain/task.ts";

const SMALLEST_CLASS_BYTES = 64 * 1024;
const HOUR_MS = 3_600_000;
/** Greater than any age in hours. */
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

/** Returns how often `first` must be multiplied by four to reach `value`, at most {@link LAST_CLASS}. */
function powerOfFour(value: number, first: number): number {
  let power = 0;
  for (let bound = first; value > bound && power < LAST_CLASS; bound *= 4) power++;
  return power;
}

/**
 * Returns the class of a task within its priority; lower classes go first. There are few (27 by size, or one per hour for
 * `recent`), so tasks are sorted by being put into one and never compared. In each size class photos go before videos, in
 * either direction.
 * @param wall Now, in Unix milliseconds, for ages (`recent`); an entry without a date counts as the oldest.
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
