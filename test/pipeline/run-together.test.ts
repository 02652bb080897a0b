import { expect, it } from "vitest";
import { onAbort } from "../../src/domain/abort.ts";
import { Emitter } from "../../src/domain/events.ts";
import { runTogether } from "../../src/pipeline/run-together.ts";
import { Stop } from "../../src/pipeline/stop.ts";

it("resolves when all loops have ended, and stops none of them", async () => {
  const stop = new Stop(new Emitter());
  const ended: string[] = [];
  const loop = (name: string) => ({
    run: async () => {
      await Promise.resolve();
      ended.push(name);
    },
  });
  await runTogether([loop("a"), loop("b")], stop);
  expect([ended, stop.draining.aborted]).toEqual([["a", "b"], false]);
});

it("cuts all others off when one breaks, waits for them, and throws what broke", async () => {
  const stop = new Stop(new Emitter());
  const ended: string[] = [];
  const broken = new Error("the ledger broke");
  const loops = [
    {
      run: async () => {
        await new Promise<void>((resolve) => onAbort(stop.aborting, resolve));
        await new Promise((resolve) => setImmediate(resolve));
        ended.push("the other");
      },
    },
    { run: () => Promise.reject(broken) },
  ];
  await expect(runTogether(loops, stop)).rejects.toBe(broken);
  expect(ended).toEqual(["the other"]);
});
