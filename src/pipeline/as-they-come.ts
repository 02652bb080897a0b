import { Bell } from "../domain/bell.ts";
import type { Clock } from "../domain/clock.ts";

/** What is told when nobody may read on any more, since the run drains. */
export interface Late<T> {
  readonly draining: AbortSignal;
  readonly take: (made: T) => void;
}

/**
 * Yields what `work` tells, as soon as it is told; what is told together may come together. From when the run drains, or its reader has
 * stopped, it goes to `late`, since it has happened. Ends, or throws what broke it, once the work has ended.
 */
export async function* asTheyCome<T>(
  work: (tell: (made: readonly T[]) => void) => Promise<void>,
  clock: Clock,
  late: Late<T>,
): AsyncGenerator<T[]> {
  const made: T[] = [];
  const bell = new Bell();
  const never = new AbortController().signal;
  let isOver = false;
  let isLeft = false;
  const working = work((more) => {
    if (isLeft || late.draining.aborted) more.forEach(late.take);
    else made.push(...more);
    bell.ring();
  }).finally(() => {
    isOver = true;
    bell.ring();
  });
  // What broke is thrown at the end.
  working.catch(() => {});
  try {
    while (!isOver || made.length > 0) {
      if (made.length > 0) yield made.splice(0);
      else await bell.wait(Number.POSITIVE_INFINITY, clock, never);
    }
  } finally {
    isLeft = true;
    for (const each of made.splice(0)) late.take(each);
  }
  await working;
}
