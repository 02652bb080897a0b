import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { startOwnPostgres } from "../helpers/own-postgres.ts";
import { openWorld } from "../helpers/world.ts";
import { startWorker } from "./started-worker.ts";

const server = await startOwnPostgres(["-c", "log_statement=all", "-c", "log_line_prefix=|%a|"]);
const MINUTE_MS = 60_000;

if (typeof server === "string") {
  describe("a worker that has nothing to do", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  describe("a worker that has nothing to do", () => {
    it("and works alone lets its database sleep more and more; one that shares the work asks on", async () => {
      const counts: Record<string, number[]> = {};
      for (const [name, more] of [
        ["alone", {}],
        ["shared", { PREWARM_TEST_FLEET_ON_ANY_NODE: "1" }],
      ] as const) {
        const world = await openWorld();
        world.putMany(1);
        const env = { PREWARM_LEDGER: await server.newDatabase(), ...more };
        const worker = await startWorker(world, { env });
        await world.until(() => world.posts().length === 1, "the bucket is warm");
        const said = () =>
          server
            .log()
            .split("\n")
            .filter((line) => /^\|prewarm\|.*(?:statement|execute \S+):/.test(line)).length;
        const minutes: number[] = [];
        // Statements of a minute are what is counted here.
        for (let minute = 0, before = said(); minute < 5; minute++) {
          await delay(MINUTE_MS);
          minutes.push(said() - before);
          before = said();
        }
        counts[name] = minutes;
        expect((await worker.stop()).code).toBe(143);
      }
      process.stderr.write(`statements a minute without work: ${JSON.stringify(counts)}\n`);
      const { alone = [], shared = [] } = counts;
      expect(alone.at(-1)).toBeLessThan((alone[0] ?? 0) / 4);
      expect(shared.at(-1)).toBeGreaterThan(alone.at(-1) ?? 0);
    }, 900_000);
  });
}
