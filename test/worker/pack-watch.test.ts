import { expect, it } from "vitest";
import { finishFirst } from "../../src/worker/pack-watch.ts";
import { VirtualClock } from "../helpers/clock.ts";

it("begins once what is left of packs is done, and with it where that takes more than two minutes", async () => {
  const clock = new VirtualClock();
  expect(await (await finishFirst(async () => {}, clock)).run()).toBeUndefined();
  let [isDone, hasBegun] = [false, false];
  const beginning = finishFirst(async () => {
    await clock.sleep(3_600_000);
    isDone = true;
  }, clock);
  void beginning.then(() => {
    hasBegun = true;
  });
  await clock.advance(119_000);
  expect(hasBegun).toBe(false);
  await clock.advance(2_000);
  expect([hasBegun, isDone]).toEqual([true, false]);
  const running = (await beginning).run();
  await clock.advance(3_600_000);
  await running;
  expect(isDone).toBe(true);
});

it("fails as what is done fails, be it early or late", async () => {
  const clock = new VirtualClock();
  const broken = new Error("the ledger is gone");
  await expect(finishFirst(() => Promise.reject(broken), clock)).rejects.toBe(broken);
  const beginning = finishFirst(async () => {
    await clock.sleep(200_000);
    throw broken;
  }, clock);
  await clock.advance(130_000);
  const running = expect((await beginning).run()).rejects.toBe(broken);
  await clock.advance(100_000);
  await running;
});
