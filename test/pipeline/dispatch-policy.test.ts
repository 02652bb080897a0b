import { expect, it } from "vitest";
import { RunPolicy } from "../../src/pipeline/dispatch-policy.ts";
import { openLine } from "./line.ts";

async function scene(capacity: number) {
  const { queue, settlement } = await openLine({ capacity });
  const feeder = { ended: false };
  return { feeder, policy: new RunPolicy({ feeder, queue, settlement }) };
}

it("a run is fed until its source has ended, and never pauses on the way", async () => {
  const { feeder, policy } = await scene(10);
  expect([policy.isFed, policy.isPaused()]).toEqual([true, false]);
  feeder.ended = true;
  expect([policy.isFed, policy.isPaused()]).toEqual([false, false]);
});

it("a run whose queue has no bound lists its whole source before it begins", async () => {
  const { feeder, policy } = await scene(0);
  expect(policy.isPaused()).toBe(true);
  feeder.ended = true;
  expect(policy.isPaused()).toBe(false);
});
