import { afterAll, describe, expect, it } from "vitest";
import type { PostgresLanes } from "../../src/ledgers/postgres/shared-lanes.ts";
import type { KeptLanes } from "../../src/ledgers/share-port.ts";
import { facts, object } from "../conformance/tested-ledger.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { startPostgres } from "../helpers/postgres.ts";
import { LANE, LaneScene, left, OTHER, ours } from "./lane-scene.ts";

const server = await startPostgres();
const url = typeof server === "string" ? server : await server.newDatabase();

describe("the lanes of a process, each time their leases are renewed", () => {
  if (typeof server === "string") {
    it.skip(server, () => {});
    return;
  }
  afterAll(() => server.dispose());
  let clock = new VirtualClock();
  const scene = new LaneScene(url, () => {
    clock = new VirtualClock();
    return clock;
  });
  const { one, two, sql } = scene;
  const expire = ({ chat }: typeof LANE) =>
    sql(`update prewarm_lane_leases set lease_until = clock_timestamp() where chat_id = '${chat}'`);
  /** What it was told by each renewal so far. */
  const listening = () => {
    const told: KeptLanes["lanes"][] = [];
    one().onKept(({ lanes }) => told.push([...lanes].sort((a, b) => a.chat.localeCompare(b.chat))));
    return told;
  };
  /** Lets the moment of the next renewal come, and waits until so many were told. */
  const renewed = async (told: KeptLanes["lanes"][], times: number) => {
    await clock.advance(10_000);
    await expect.poll(() => told.length).toBe(times);
    return told.at(-1);
  };
  const free = { wantedBy: null, frozenForMs: 0 };

  it("stay its own for another half a minute, and those that others have work for are told", async () => {
    const told = listening();
    await one().take([LANE, OTHER]);
    await two().take([{ ...LANE, chat: "-1003" }]);
    await sql("drop table if exists before; create table before as select * from prewarm_lane_leases");
    expect(await renewed(told, 1)).toEqual([
      { ...LANE, ...free },
      { ...OTHER, ...free },
    ]);
    const longer = await sql(
      `select chat_id from prewarm_lane_leases l join before b using (bot_slug, chat_id)
       where l.lease_until > b.lease_until and l.lease_until <= clock_timestamp() + interval '30 s' order by 1`,
    );
    expect(longer).toEqual([{ chat_id: LANE.chat }, { chat_id: OTHER.chat }]);
    await two().take([LANE]);
    await scene.holdWishes();
    await one().freezeBot("other", 60_000);
    await scene.ledger(1).freezeLane({ ...OTHER, until: Date.now() + 60_000 });
    const [wanted, frozen] = (await renewed(told, 2)) ?? [];
    expect(wanted).toEqual({ ...LANE, wantedBy: 1, frozenForMs: 0 });
    expect(frozen).toEqual({ ...OTHER, wantedBy: null, frozenForMs: expect.any(Number) });
    expect(frozen?.frozenForMs).toBeGreaterThan(30_000);
    await sql("update prewarm_lane_leases set next_until = clock_timestamp()");
    expect((await renewed(told, 3))?.[0]).toEqual({ ...LANE, ...free });
  });

  it("are its no more where a lease was over, though nobody has them, and where it left them", async () => {
    const told = listening();
    const chats = ["-1", "-2", "-3"].map((chat) => ({ ...LANE, chat }));
    const [kept = LANE, lost = LANE, gone = LANE] = chats;
    await one().take(chats);
    await expire(lost);
    await one().leave([{ ...left(), ...gone }]);
    expect(await renewed(told, 1)).toEqual([{ ...kept, ...free }]);
    expect(ours(await two().take(chats))).toEqual(["-2", "-3"]);
    await one().leave([
      { ...left(), ...lost },
      { ...left(), ...kept },
    ]);
    // Nothing is renewed where there is nothing.
    expect((one() as PostgresLanes).any).toBe(false);
    expect(ours(await one().take([lost]))).toEqual([]);
  });

  it("are renewed together with the sizes of uploads: those that nothing waits for any more are forgotten", async () => {
    const told = listening();
    await one().take([LANE]);
    for (const bytes of [1, 2]) await one().takeSize("default", bytes, 60_000);
    await sql("update prewarm_same_sizes set next_at = clock_timestamp() - interval '11 s' where bytes = 1");
    await renewed(told, 1);
    expect(await sql("select bytes::int from prewarm_same_sizes")).toEqual([{ bytes: 2 }]);
  });

  it("are not told where it has none, whatever else of it is renewed", async () => {
    const told = listening();
    await one().take([LANE]);
    await one().leave([left()]);
    await scene.ledger(0).begin(facts(object("a.jpg")));
    const leases = async () => (await sql("select lease_until::text as until from prewarm_attempts"))[0];
    for (let times = 0; times < 2; times++) {
      const before = await leases();
      await clock.advance(10_000);
      await expect.poll(leases).not.toEqual(before);
    }
    expect(told).toEqual([]);
  });
});
