import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { summaryOf } from "../helpers/child.ts";
import { startPostgres } from "../helpers/postgres.ts";
import { keepLedgersIn } from "../helpers/tested-place.ts";
import { answerAll, CHANNELS, chatsOf, lostScene, wrongIds } from "./lost-scene.ts";

const server = await startPostgres();
const database = typeof server === "string" ? null : await server.newDatabase();
afterAll(async () => {
  if (typeof server !== "string") await server.dispose();
});

const ENV = { WARMUP_CHAT_ID: String(CHANNELS[0]), PREWARM_LOOK_AFTER: "0" };
const PLACES = [
  ["SQLite", null],
  ["PostgreSQL", database],
] as const;

describe.each(PLACES.filter(([name, place]) => name === "SQLite" || place !== null))(
  "with a ledger in %s",
  (_, place) => {
    beforeAll(() => keepLedgersIn(place));
    afterAll(() => keepLedgersIn(null));

    it("all copies are taken away that runs left in which no forward was answered, and none is told of", async () => {
      const world = await lostScene("forward", 4);
      const drop = (method: string, count: number) =>
        world.botApi.control({
          faults: [
            { server: "bot-api", match: { method, nth: 1, count }, fault: { type: "post_then_drop" } },
          ],
        });
      drop("sendDocument", 1);
      expect(summaryOf(await world.run(["--json"], { env: ENV }))).toMatchObject({ ready: 3, unknown: 1 });
      drop("forwardMessage", 1_000);
      const only = ["--only", "unknown", "--json"];
      for (let runs = 0; runs < 3; runs++) expect((await world.run(only, { env: ENV })).code).toBe(3);
      expect(chatsOf(world).copies).toBeGreaterThan(20);
      answerAll(world);
      const last = await world.run(only, { env: ENV });
      expect(summaryOf(last)).toMatchObject({ ready: 1, resolved: { found: 1 }, exit_code: 0 });
      expect(last.stderr).not.toContain("may be left");
      expect(chatsOf(world)).toEqual({ messages: 4, twice: 0, copies: 0, withoutTag: 0 });
      expect(wrongIds(world)).toEqual([]);
    });
  },
);
