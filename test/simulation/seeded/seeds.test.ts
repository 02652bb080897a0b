import { describe, expect, it } from "vitest";
import { play } from "./play.ts";
import { scenarioOf } from "./scenario.ts";

/** So many that it takes about half a minute of a quiet machine; their number decides, never their time. */
const SEEDS = Number(process.env.PREWARM_SEEDS ?? 200);
const A_TEST = 50;

describe("whatever order a seed chooses, and whatever fails in it", () => {
  it.each(Array.from({ length: SEEDS / A_TEST }, (_, at) => at * A_TEST + 1))(
    "nothing is lost and nothing doubled (50 seeds from %i)",
    { timeout: 600_000 },
    async (from) => {
      const began = performance.now();
      for (let seed = from; seed < from + A_TEST; seed++) {
        const { wrongs } = await play(scenarioOf(seed));
        expect(wrongs, `npm run simulate -- --seed ${seed} --trace`).toEqual([]);
      }
      const hour = Math.round((A_TEST * 3_600_000) / (performance.now() - began));
      process.stderr.write(`simulation: ${hour} schedules an hour\n`);
    },
  );

  it("happens again by the same seed", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const first = await play(scenarioOf(seed), { trace: true });
      expect(await play(scenarioOf(seed), { trace: true })).toEqual(first);
    }
  });
});
