import { afterAll, describe, expect, it } from "vitest";
import type { Proof } from "../../src/domain/proof.ts";
import type { SharedLanes } from "../../src/ledgers/share-port.ts";
import { facts, object } from "../conformance/tested-ledger.ts";
import { startPostgres } from "../helpers/postgres.ts";
import { first, LANE, LaneScene, left } from "./lane-scene.ts";

const server = await startPostgres();
const url = typeof server === "string" ? server : await server.newDatabase();
/** The lane, as the tables of calls name it. */
const ASKED = { bot: LANE.bot, chatId: LANE.chat };

describe("a lane whose owner left nothing", () => {
  if (typeof server === "string") {
    it.skip(server, () => {});
    return;
  }
  afterAll(() => server.dispose());
  const scene = new LaneScene(url);
  const { one, two, three, sql, expire } = scene;
  const agesFor = async (next: SharedLanes) => {
    await expire();
    return first(await next.take([LANE])).callAgesMs;
  };

  it("goes by its attempts of the last minute, from when they had ended: they are written down before they leave", async () => {
    await one().take([LANE]);
    for (const key of ["before", "ended", "under way", "forgotten"])
      await scene.ledger(0).begin(facts(object(key)));
    await scene.ledger(0).begin(facts(object("c"), { chatId: "-1002" }));
    await scene.ledger(0).begin(facts(object("d"), { bot: "other" }));
    const setAt = Date.now();
    const ago = (s: number | null) => (s === null ? "null" : `now() - interval '${s} s'`);
    for (const [key, began, ended] of [
      ["before", 90, 70],
      ["ended", 90, 30],
      ["under way", 40, null],
      ["forgotten", 400, null],
    ] as const)
      await sql(`update prewarm_attempts set state = 'ready', started_at = ${ago(began)}, ended_at = ${ago(ended)}
        where r2_key = '${key}'`);
    await expire();
    const taken = first(await two().take([LANE]));
    expect(taken).toMatchObject({ isOurs: true, again: false, left: null });
    const [ended = 0, ...more] = taken.callAgesMs;
    // At least so long ago: moments are kept to the second.
    expect(ended).toBeGreaterThan(27_500);
    expect(ended).toBeLessThanOrEqual(30_000 + Date.now() - setAt);
    expect(more).toEqual([0]);
  });

  it("goes by them too where a process ended without handing it on", async () => {
    await one().take([LANE]);
    await one().leave([left()]);
    await two().take([LANE]);
    await scene.ledger(1).begin(facts(object("a.jpg")));
    await scene.ledger(1).close();
    expect(first(await three().take([LANE]))).toMatchObject({
      left: null,
      callAgesMs: [expect.any(Number)],
    });
  });

  it("counts each look there twice, which asks twice", async () => {
    await one().take([LANE]);
    const attempt = await scene.ledger(0).begin(facts(object("a.jpg")));
    await sql("update prewarm_attempts set ended_at = now() - interval '70 s'");
    const look = { attempt, ...ASKED, messageId: 7, way: "edit" } as const;
    for (const more of [{}, { chatId: "-1002" }, { bot: "other" }])
      await scene.ledger(0).beginLook({ ...look, ...more });
    expect(await agesFor(two())).toHaveLength(2);
    await sql("update prewarm_looks set ended_at = now() - interval '70 s'");
    expect(await agesFor(three())).toEqual([]);
  });

  it("goes by what was called by the name that its chat had before it moved, too", async () => {
    const former = { ...facts(object("a.jpg")), chatId: "-44" };
    const attempt = await scene.ledger(0).begin(former);
    const look = { attempt, bot: LANE.bot, chatId: "-44", messageId: 7, way: "forward" } as const;
    await scene.ledger(0).beginLook(look);
    await scene.ledger(0).begin({ ...facts(object("b.jpg")), bot: "other", chatId: "-44" });
    await scene.ledger(0).begin({ ...facts(object("c.jpg")), chatId: "-45" });
    const memory = { bot: LANE.bot, frozenUntil: 0, pace: null, paceAt: null };
    await scene.ledger(0).keepLane({ ...memory, chat: "-45", migratedTo: "-1002" });
    expect(await agesFor(two())).toEqual([]);
    await scene.ledger(0).keepLane({ ...memory, chat: "-44", migratedTo: LANE.chat });
    expect(await agesFor(three())).toHaveLength(3);
  });

  it("counts a message of several media as one only where that is proved of this bot in this chat", async () => {
    await one().take([LANE]);
    const pack = (id: string, index: number) => facts(object(`${id}${index}.jpg`), { pack: { id, index } });
    await scene.ledger(0).beginAll([pack("p", 0), pack("p", 1)]);
    await scene.ledger(0).beginAll([pack("q", 0)]);
    await scene.ledger(0).begin(facts(object("single.jpg")));
    const proof = { bot: "default", scope: "-1001", what: "quota", result: "messages" } as const;
    const prove = (more: Partial<Proof>) =>
      scene.ledger(0).keepProof({ ...proof, ...more, evidence: {}, at: Date.now() });
    for (const more of [{ bot: "other" }, { scope: "-1002" }, { what: "ids" }, { result: "media" }])
      await prove(more as Partial<Proof>);
    expect(await agesFor(two())).toHaveLength(4);
    await prove({});
    expect(await agesFor(three())).toHaveLength(3);
  });
});
