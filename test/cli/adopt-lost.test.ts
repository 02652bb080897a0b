import { describe, expect, it } from "vitest";
import type { Line } from "../helpers/child.ts";
import { OTHER_TOKEN, openWorld, type World } from "../helpers/world.ts";
import { prove } from "./packs-world.ts";

const FIRST = { WARMUP_CHAT_ID: "-1001000000001" };
const SECOND = { ...FIRST, PREWARM_BOT: "second", TELEGRAM_BOT_TOKEN: OTHER_TOKEN };

/** Two documents that the first bot has warmed, in one message if `packed`. */
async function warmed({ packed = false } = {}): Promise<World> {
  const chats = [{ id: -1_001_000_000_001, type: "channel" as const, title: "warmups" }];
  const world = await openWorld({ chats });
  if (packed) {
    expect((await world.run([], { env: FIRST })).code).toBe(0);
    prove(world, "quota", "messages");
    prove(world, "ids:document", "ordinary");
  }
  world.putMany(2);
  expect((await world.run(["-c", "1"], { env: FIRST })).code).toBe(0);
  return world;
}

/** As others do with attempts of a process that stands still: the first of each row is given up as soon as it has begun, */
const othersGiveUp = (world: World) =>
  world.afterInsert(
    "prewarm_attempts",
    "new.purpose = 'adopt' and (select count(*) from prewarm_attempts where purpose = 'adopt' and r2_key = new.r2_key) = 1",
    "update prewarm_attempts set state = 'retry' where id = new.id;",
  );
/** and in doubt as soon as a forward is told. */
const othersDoubt = (world: World) =>
  world.afterInsert(
    "prewarm_looks",
    "new.way = 'forward'",
    `update media_cache set status = 'unknown' where bot_slug = 'second' and status = 'warming'
       and sha256 = (select sha256 from prewarm_attempts where id = new.attempt_id);
     update prewarm_attempts set state = 'unknown' where id = new.attempt_id;`,
  );

async function adopted(world: World) {
  const ended = await world.run(["--adopt-from", "default", "--json"], { env: SECOND });
  const lines = ended.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const items = lines.filter(({ type }) => type === "item");
  return { ended, ways: items.map(({ status, transfer }) => `${status} ${transfer ?? "-"}`).sort() };
}

describe("an attempt of --adopt-from that others have noted while this process stood still", () => {
  it("is none, of an edit: its row is adopted by a forward", async () => {
    const world = await warmed();
    othersGiveUp(world);
    const { ended, ways } = await adopted(world);
    expect([ended.code, ways]).toEqual([0, ["ready forward", "ready forward"]]);
  });

  it("is in doubt, of a forward, whose copy is taken away all the same", async () => {
    const world = await warmed();
    world.botApi.control({
      chat: { id: Number(FIRST.WARMUP_CHAT_ID), edit_messages: false, bot: "other_bot" },
    });
    othersDoubt(world);
    const { ended, ways } = await adopted(world);
    expect([ended.code, ways]).toEqual([3, ["unknown -", "unknown -"]]);
    expect(world.posts().filter(({ deleted }) => !deleted)).toHaveLength(2);
  });

  it("is none, of a message of several media: its rows are warmed", async () => {
    const world = await warmed({ packed: true });
    othersGiveUp(world);
    const { ended, ways } = await adopted(world);
    expect([ended.code, ways]).toEqual([0, ["ready upload", "ready upload"]]);
  });
});
