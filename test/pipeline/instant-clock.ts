import type { Clock } from "../../src/domain/clock.ts";

/** A clock whose sleeps are over at once and added up. */
export function instantClock(): Clock & { slept: number } {
  const clock = {
    ...{ scale: 1, slept: 0, now: () => 0, wall: () => 0 },
    after(ms: number, callback: () => void) {
      clock.slept += ms;
      queueMicrotask(callback);
      return () => {};
    },
    async sleep(ms: number) {
      clock.slept += ms;
    },
  };
  return clock;
}
