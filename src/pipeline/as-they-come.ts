import { Bell } from "../domain/bell.ts";
import type { Clock } from "../domain/clock.ts";

/**
 * Yields what `work` tells, as soon as it is told; what is told together may come together. Ends, or throws what broke it, once the work has
 * ended.
 */
export async function* asTheyCome<T>(
  work: (tell: (made: readonly T[]) => void) => Promise<void>,
  clock: Clock,
): AsyncGenerator<T[]> {
  const made: T[] = [];
  const bell = new Bell();
  const never = new AbortController().signal;
  let isOver = false;
  const working = work((more) => {
    made.push(...more);
    bell.ring();
  }).finally(() => {
    isOver = true;
    bell.ring();
  });
  // What broke is thrown at the end.
  working.catch(() => {});
  while (!isOver || made.length > 0) {
    if (made.length > 0) yield made.splice(0);
    else await bell.wait(Number.POSITIVE_INFINITY, clock, never);
  }
  await working;
}
