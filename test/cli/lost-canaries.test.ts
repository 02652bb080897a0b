import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { itemsOf, summaryOf } from "../helpers/child.ts";
import { startPostgres } from "../helpers/postgres.ts";
import { keepLedgersIn } from "../helpers/tested-place.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";
import { answerAll, CHANNELS } from "./lost-scene.ts";
import { keyOf, postedTwice, proofs, wrongIds } from "./packs-world.ts";

const server = await startPostgres();
const database = typeof server === "string" ? null : await server.newDatabase();
afterAll(async () => {
  if (typeof server !== "string") await server.dispose();
});

const CHANNEL = CHANNELS[0] ?? 0;
const ENV = { WARMUP_CHAT_ID: String(CHANNEL), PREWARM_LOOK_AFTER: "0" };
const PACKS = ["--json", "--pack", "20"];
const PLACES = [
  ["SQLite", null],
  ["PostgreSQL", database],
] as const;

/** One photo, and a Telegram that loses the answers to so many canaries. */
async function scene(lost: number, ids: "ordinary" | "rich_only" = "ordinary"): Promise<World> {
  const world = await openWorld({
    chats: [{ id: CHANNEL, type: "channel", title: "warmup" }],
    rich: { ids },
  });
  world.put(keyOf(1), png(41, 30), "image/png");
  const match = { method: "sendPhoto", nth: 1, count: lost };
  world.botApi.control({ faults: [{ server: "bot-api", match, fault: { type: "post_then_drop" } }] });
  return world;
}

const run = (world: World, ...more: string[]) => world.run([...PACKS, ...more], { env: ENV });
/** What tried an id: how each of its messages is. */
const canaries = (world: World) =>
  world.posts().flatMap(({ transfer, deleted }) => (transfer === "file_id" ? [deleted] : []));
const standing = (world: World) => world.posts().filter(({ deleted }) => !deleted).length;

describe.each(PLACES.filter(([name, place]) => name === "SQLite" || place !== null))(
  "with a ledger in %s",
  (_, place) => {
    beforeAll(() => keepLedgersIn(place));
    afterAll(() => keepLedgersIn(null));

    it("an id of which no answer said anything is neither believed nor dropped: the next run tries it, and posts nothing again", async () => {
      const world = await scene(1);
      const first = await run(world);
      expect(summaryOf(first)).toMatchObject({ unknown: 1, exit_code: 3 });
      expect(itemsOf(first)).toMatchObject([
        { key: keyOf(1), status: "unknown", reason: "answer_lost", file_id: null },
      ]);
      expect([canaries(world), proofs(world)]).toEqual([[false], []]);
      answerAll(world);
      const next = await run(world);
      expect(itemsOf(next)).toMatchObject([{ status: "skipped", reason: "already_ready" }]);
      expect([next.code, proofs(world), wrongIds(world), postedTwice(world)]).toEqual([
        0,
        ["ids:photo ordinary"],
        [],
        [],
      ]);
      // Nothing is there but the message of the photo: no canary, and no copy.
      expect([canaries(world), standing(world)]).toEqual([[true, true], 1]);
    });

    it("the message of a canary whose answer was lost is deleted by the next run, and by no look before its time", async () => {
      const world = await scene(1);
      expect((await run(world)).code).toBe(3);
      expect(canaries(world)).toEqual([false]);
      answerAll(world);
      await world.run(PACKS, { env: { ...ENV, PREWARM_LOOK_AFTER: "10m" } });
      expect(canaries(world)).toEqual([false, true]);
      await run(world);
      expect([canaries(world), standing(world)]).toEqual([[true, true], 1]);
    });
  },
);
