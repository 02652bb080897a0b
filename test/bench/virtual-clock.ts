import { type Clock, sleep } from "../../src/domain/clock.ts";

/** A clock that jumps to the next timer as soon as nothing else is left to do: no test waits for it. */
export function virtualClock(): Clock & { run<T>(work: Promise<T>): Promise<T> } {
  let now = 0;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  const after = (ms: number, callback: () => void) => {
    const timer = { at: now + Math.max(0, ms), callback };
    timers.push(timer);
    return () => {
      timers = timers.filter((each) => each !== timer);
    };
  };
  return {
    scale: 1,
    now: () => now,
    wall: () => now,
    after,
    sleep: (ms, signal) => sleep(ms, after, signal),
    run: async (work) => {
      let isOver = false;
      const end = work.finally(() => {
        isOver = true;
      });
      while (!isOver) {
        await new Promise((resolve) => setImmediate(resolve));
        const next = timers.toSorted((a, b) => a.at - b.at)[0];
        if (isOver || !next) continue;
        timers = timers.filter((each) => each !== next);
        now = next.at;
        next.callback();
      }
      return end;
    },
  };
}
