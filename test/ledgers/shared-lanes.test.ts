import { afterAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import { LaneHeld } from "../../src/domain/shared-work.ts";
import { SharedBotPace } from "../../src/lanes/shared-bot-pace.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import type { SharedLanes } from "../../src/ledgers/share-port.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";
import { startPostgres } from "../helpers/postgres.ts";
import { first, LANE, LaneScene, left, OTHER, ours } from "./lane-scene.ts";

const server = await startPostgres();
const A_MINUTE = 60_000;

if (typeof server === "string") {
  describe("lanes that processes share", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());
  const url = await server.newDatabase();
  const scene = new LaneScene(url);

  describe("lanes that processes share", () => {
    const { one, two, three, sql, expire } = scene;

    it("gives a lane to one process at a time, and says who has it", async () => {
      expect(ours(await one().take([LANE, OTHER]))).toEqual(["-1001", "-1002"]);
      expect((await two().take([LANE])).lanes).toEqual([
        {
          ...LANE,
          isOurs: false,
          owner: { command: "prewarm worker", pid: String(process.pid), host: expect.any(String) },
        },
      ]);
      expect(ours(await one().take([LANE]))).toEqual(["-1001"]);
    });

    it("gives it to one of many that ask at once", async () => {
      const all = Array.from({ length: 10 }, (_, nth) => ({ bot: "default", chat: String(nth) }));
      const answers = await Promise.all([one(), two(), three()].map((each) => each.take(all)));
      expect(answers.flatMap(ours).sort()).toEqual(all.map(({ chat }) => chat));
    });

    it("hands it on with what its owner knew, to whoever asked first", async () => {
      await one().take([LANE]);
      await two().take([LANE]);
      await three().take([LANE]);
      await scene.holdWishes();
      const at = Date.now();
      await one().leave([
        left({ frozenUntil: at + A_MINUTE, pace: 17.5, paceAt: at, nextInMs: 5_000, found: "{}" }),
      ]);
      expect(ours(await three().take([LANE]))).toEqual([]);
      const taken = first(await two().take([LANE]));
      expect(taken).toMatchObject({ isOurs: true, again: false, pace: 17.5, left: { found: "{}" } });
      expect(taken.left?.nextInMs).toBeLessThanOrEqual(5_000);
      expect(taken.paceAgeMs).toBeLessThan(at);
      expect(taken.frozenForMs).toBeLessThanOrEqual(A_MINUTE + 1_000);
      expect(taken.frozenForMs).toBeGreaterThan(0);
    });

    it("forgets who was next, once that does not ask any more", async () => {
      await one().take([LANE]);
      await two().take([LANE]);
      await one().leave([left()]);
      await sql("update prewarm_lane_leases set next_until = clock_timestamp()");
      expect(ours(await three().take([LANE]))).toEqual(["-1001"]);
    });

    it("is next for who goes on asking, once who asked first does not", async () => {
      await one().take([LANE]);
      await two().take([LANE]);
      await sql("update prewarm_lane_leases set next_until = clock_timestamp()");
      await three().take([LANE]);
      await scene.holdWishes();
      await one().leave([left()]);
      expect(ours(await two().take([LANE]))).toEqual([]);
      expect(ours(await three().take([LANE]))).toEqual(["-1001"]);
    });

    it("tells how long ago the database was asked, and whether many share the work", async () => {
      const began = performance.now();
      const { askedAgoMs } = await one().take([LANE]);
      expect(askedAgoMs).toBeGreaterThan(0);
      expect(askedAgoMs).toBeLessThanOrEqual(performance.now() - began);
      const fleet = await openPostgresLedger({ url, command: "prewarm worker", company: "shared" });
      expect([one().inFleet, fleet.shared?.inFleet]).toEqual([false, true]);
      await fleet.close();
    });

    it("knows the process that had it last, and one whose own lease ran out", async () => {
      await one().take([LANE]);
      await one().leave([left()]);
      expect(first(await one().take([LANE])).again).toBe(true);
      await expire();
      expect(first(await one().take([LANE])).again).toBe(true);
    });

    it("lets no attempt begin on a lane that another process has", async () => {
      await one().take([LANE]);
      const held: unknown[] = [];
      two().onHeld((lane) => held.push(lane));
      await expect(scene.ledger(1).begin(facts(object("a.jpg")))).rejects.toThrow(LaneHeld);
      expect(held).toEqual([{ ...LANE, forMs: null }]);
      expect(await sql("select 1 from prewarm_attempts")).toEqual([]);
      await expire();
      await scene.ledger(1).begin(facts(object("a.jpg")));
    });

    it("lets none begin before a deadline that another process wrote, of the lane or of its bot", async () => {
      await scene.ledger(0).freezeLane({ ...LANE, until: Date.now() + A_MINUTE });
      await expect(scene.ledger(1).begin(facts(object("a.jpg")))).rejects.toThrow(LaneHeld);
      await scene.ledger(1).begin(facts(object("a.jpg"), { chatId: "-1002" }));
      await one().freezeBot("default", A_MINUTE);
      const held: (number | null)[] = [];
      two().onHeld(({ forMs }) => held.push(forMs));
      const several = [facts(object("b.jpg"), { chatId: "-1002" })];
      await expect(scene.ledger(1).beginAll(several)).rejects.toThrow(LaneHeld);
      expect(held[0]).toBeGreaterThan(A_MINUTE / 2);
      expect(held[0]).toBeLessThan(2 * A_MINUTE);
      await scene.ledger(1).begin(facts(object("b.jpg"), { bot: "other" }));
    });

    it("says once more of a call that was begun whether its lane may be called, and tells of one that may not", async () => {
      const held: unknown[] = [];
      two().onHeld((lane) => held.push(lane));
      expect(await two().mayCall(LANE)).toBe(true);
      await one().take([LANE]);
      expect(await two().mayCall(LANE)).toBe(false);
      expect(held).toEqual([{ ...LANE, forMs: null }]);
      await expire();
      await scene.ledger(0).freezeLane({ ...LANE, until: Date.now() + A_MINUTE });
      expect(await two().mayCall(LANE)).toBe(false);
      expect(held.at(-1)).toEqual({ ...LANE, forMs: expect.any(Number) });
      expect(await two().mayCall({ ...LANE, chat: "-1002" })).toBe(true);
    });

    it("lets no look and no trial of an id begin on a lane that another process has, or before a deadline that one wrote", async () => {
      const ledger = scene.ledger(1);
      const asked = facts(object("a.jpg"));
      const [attempt = 0] = await ledger.beginAll([asked]);
      await ledger.holdUnproved(attempt, confirmation(asked, "of several"));
      const [id] = await ledger.unproved(["default"]);
      if (!id) throw new Error("none waits");
      const { bot, chat: chatId } = LANE;
      const begins = [
        () => ledger.beginLook({ attempt, bot, chatId, messageId: 7, way: "edit" }),
        () => ledger.beginCanary(id, chatId, null),
      ];
      const held: unknown[] = [];
      two().onHeld(({ bot, chat, forMs }) => held.push([bot, chat, forMs === null]));
      await one().take([LANE]);
      for (const begin of begins) await expect(begin()).rejects.toThrow(LaneHeld);
      await expire();
      await scene.ledger(0).freezeLane({ ...LANE, until: Date.now() + A_MINUTE });
      for (const begin of begins) await expect(begin()).rejects.toThrow(LaneHeld);
      expect(held).toEqual([true, true, false, false].map((isLost) => [bot, chatId, isLost]));
      expect(await sql("select 1 from prewarm_looks")).toEqual([]);
      expect(await sql("select 1 from prewarm_attempts where purpose = 'canary'")).toEqual([]);
      await sql("update prewarm_lanes set frozen_until = 0");
      for (const begin of begins) expect(Number(await begin())).toBeGreaterThan(0);
    });

    it("does not forget what others learned of a lane when one that knows less remembers it", async () => {
      const memory = { ...LANE, frozenUntil: 1_900_000_000_000, pace: 17.5, paceAt: 7, migratedTo: null };
      await scene.ledger(0).keepLane(memory);
      await scene.ledger(1).keepLane({ ...memory, frozenUntil: 0, pace: null, paceAt: null });
      expect(await sql("select frozen_until, pace from prewarm_lanes")).toEqual([
        { frozen_until: expect.any(String), pace: 17.5 },
      ]);
    });

    it("gives each process moments of its own of a bot, and takes back what was not used", async () => {
      const [mine, theirs] = [
        await one().takeSlots("default", 5, 1_000),
        await two().takeSlots("default", 1, 1_000),
      ];
      expect(mine.inMs).toBeLessThanOrEqual(1);
      expect(theirs.inMs).toBeGreaterThan(3_000);
      // Somebody came after these.
      await one().giveBackSlots("default", mine.mark, 4, 1_000);
      expect((await one().takeSlots("default", 1, 1_000)).inMs).toBeGreaterThan(4_000);
      const last = await two().takeSlots("default", 3, 1_000);
      await two().giveBackSlots("default", last.mark, 3, 1_000);
      expect((await one().takeSlots("default", 1, 1_000)).inMs).toBeLessThan(7_500);
      expect((await one().takeSlots("other", 1, 1_000)).inMs).toBeLessThanOrEqual(1);
    });

    it("spaces the calls of a bot that several processes make, several moments a statement", async () => {
      const clock = systemClock();
      const gapMs = 20;
      const frozen: number[] = [];
      let statements = 0;
      const paces = [one(), two()].map((lanes) => {
        const takeSlots = (...asked: Parameters<SharedLanes["takeSlots"]>) => {
          statements += 1;
          return lanes.takeSlots(...asked);
        };
        const giveBackSlots = lanes.giveBackSlots.bind(lanes);
        const shared = { takeSlots, giveBackSlots } as unknown as SharedLanes;
        return new SharedBotPace({ bot: "default", clock, shared, gapMs, frozen: (ms) => frozen.push(ms) });
      });
      const began = clock.now();
      const taken = await Promise.all(
        paces.flatMap((pace) => Array.from({ length: 30 }, () => pace.take(clock.now(), 1))),
      );
      // Moments are told late rather than early, by what an answer took.
      expect(Math.max(...taken) - began).toBeGreaterThan(58 * gapMs);
      expect(statements).toBeLessThan(20);
      expect(frozen).toEqual([]);
      await one().freezeBot("default", A_MINUTE);
      await paces[1]?.take(clock.now() + A_MINUTE, 1);
      expect(frozen).toHaveLength(1);
    });

    it("tells of a wait of a bot with its moments", async () => {
      await one().freezeBot("default", A_MINUTE);
      await one().freezeBot("default", 1_000);
      expect((await two().takeSlots("default", 1, 33)).frozenForMs).toBeGreaterThan(A_MINUTE / 2);
      expect(first(await two().take([LANE])).frozenForMs).toBeGreaterThan(A_MINUTE / 2);
    });

    it("spaces uploads of one size by one bot, whoever makes them", async () => {
      expect(await one().takeSize("default", 200_000, 10_000)).toBeLessThanOrEqual(1);
      expect(await two().takeSize("default", 200_000, 10_000)).toBeGreaterThan(5_000);
      expect(await two().takeSize("default", 200_001, 10_000)).toBeLessThanOrEqual(1);
      expect(await two().takeSize("other", 200_000, 10_000)).toBeLessThanOrEqual(1);
    });

    it("counts over all processes which lanes of a bot were told to wait at one moment", async () => {
      await one().take([LANE]);
      await two().take([OTHER]);
      expect(await one().refused(LANE)).toEqual({ refused: 1, open: 2 });
      expect(await two().refused(OTHER)).toEqual({ refused: 2, open: 2 });
      await sql("update prewarm_lane_leases set refused_at = clock_timestamp() - interval '2 seconds'");
      expect(await one().refused(LANE)).toEqual({ refused: 1, open: 2 });
    });
  });
}
