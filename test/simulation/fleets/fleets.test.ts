import { afterAll, describe, expect, it } from "vitest";
import { startPostgres } from "../../helpers/postgres.ts";
import { fleets } from "./fleet-main.ts";
import { playFleet } from "./fleet-play.ts";
import { fleetOf } from "./fleet-scenario.ts";
import { SharedServer } from "./server.ts";

const SEEDS = Number(process.env.PREWARM_FLEET_SEEDS ?? 20);
/** Later ones that found something. */
const FOUND = [74, 220, 502, 3164, 5000668, 5001508, 5001704, 6100005];
const postgres = await startPostgres();

if (typeof postgres === "string") {
  describe("several processes at one ledger", () => {
    it.skip(`are not played: ${postgres}`, () => {});
  });
} else {
  const server = await SharedServer.open(await postgres.newDatabase());
  afterAll(async () => {
    await server.close();
    await postgres.dispose();
  });

  describe("several processes at one ledger, whatever order a seed chooses, and whatever fails", () => {
    it.each([...Array.from({ length: SEEDS }, (_, at) => at + 1), ...FOUND])(
      "lose nothing and double nothing (seed %i)",
      { timeout: 600_000 },
      async (seed) => {
        const { wrongs } = await playFleet(fleetOf(seed), server);
        expect(wrongs, `npm run simulate:fleets -- --seed ${seed} --trace`).toEqual([]);
      },
    );

    it("are played by npm run simulate:fleets", { timeout: 600_000 }, async () => {
      const said: string[] = [];
      const start = async () => ({ newDatabase: postgres.newDatabase, dispose: async () => {} });
      const code = await fleets(["--seed", "2"], { start, say: (line) => void said.push(line) });
      expect([code, said.at(-1)]).toEqual([0, expect.stringMatching(/^seed 2: \d+ steps, .* 0 violations$/)]);
    });

    it("happen again by the same seed", { timeout: 600_000 }, async () => {
      const first = await playFleet(fleetOf(3), server);
      expect(await playFleet(fleetOf(3), server)).toEqual(first);
    });
  });
}
