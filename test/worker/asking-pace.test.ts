import { expect, it } from "vitest";
import { Emitter } from "../../src/domain/events.ts";
import { AskingPace } from "../../src/worker/asking-pace.ts";
import { VirtualClock } from "../helpers/clock.ts";

it("asks less and less often where there is nothing to do, down to every ten minutes, and as before when there is", async () => {
  const clock = new VirtualClock();
  const pace = new AskingPace({ clock, events: new Emitter(), intervalMs: 2_000, longestMs: 600_000 });
  const at: number[] = [];
  for (let ms = 0; ms < 7_200_000; ) {
    const pause = pace.pause();
    expect(pause).toBeLessThanOrEqual(Math.max(2_000, ms / 3 + 1));
    ms += pause;
    at.push(ms);
    await clock.advance(pause);
  }
  const inMinute = (nth: number) => at.filter((ms) => Math.ceil(ms / 60_000) === nth).length;
  expect([1, 2, 5].map(inMinute)).toEqual([11, 2, 1]);
  expect(pace.pause()).toBe(600_000);
  pace.busy();
  expect(pace.pause()).toBe(2_000);
});
