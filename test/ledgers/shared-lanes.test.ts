import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import { LaneHeld } from "../../src/domain/shared-work.ts";
import { SharedBotPace } from "../../src/lanes/shared-bot-pace.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import type { LaneAnswers, LaneLeft, SharedLanes, TakenLane } from "../../src/ledgers/share-port.ts";
import { facts, object } from "../conformance/tested-ledger.ts";
import { query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();
const LANE = { bot: "default", chat: "-1001" };
const OTHER = { bot: "default", chat: "-1002" };
const A_MINUTE = 60_000;

if (typeof server === "string") {
  describe("lanes that processes share", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  describe("lanes that processes share", () => {
    let url: string;
    let ledgers: Ledger[] = [];
    let lanes: SharedLanes[] = [];
    const sql = (statement: string) => query(url, statement);
    const one = () => lanes[0] as SharedLanes;
    const two = () => lanes[1] as SharedLanes;
    const three = () => lanes[2] as SharedLanes;
    /** As if the owner of all lanes had been killed half a minute ago. */
    const expire = () => sql("update prewarm_lane_leases set lease_until = clock_timestamp()");
    const ours = ({ lanes }: LaneAnswers) => lanes.filter(({ isOurs }) => isOurs).map(({ chat }) => chat);
    const first = ({ lanes: [lane] }: LaneAnswers) => lane as TakenLane;
    const left = (more: Partial<LaneLeft> = {}): LaneLeft => ({
      ...LANE,
      frozenUntil: 0,
      pace: null,
      paceAt: null,
      migratedTo: null,
      found: null,
      nextInMs: 3_000,
      ...more,
    });

    beforeEach(async () => {
      url = await server.newDatabase();
      ledgers = [];
      for (const command of ["prewarm worker", "prewarm run", "prewarm run"])
        ledgers.push(await openPostgresLedger({ url, command }));
      lanes = ledgers.map(({ shared }) => shared as SharedLanes);
    });
    afterEach(async () => {
      await Promise.all(ledgers.map((ledger) => ledger.close()));
    });

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
      const answers = await Promise.all(lanes.map((each) => each.take(all)));
      expect(answers.flatMap(ours).sort()).toEqual(all.map(({ chat }) => chat));
    });

    it("hands it on with what its owner knew, to whoever asked first", async () => {
      await one().take([LANE]);
      await two().take([LANE]);
      await three().take([LANE]);
      const at = Date.now();
      await one().leave([
        left({ frozenUntil: at + A_MINUTE, pace: 17.5, paceAt: at, nextInMs: 5_000, found: "{}" }),
      ]);
      expect(ours(await three().take([LANE]))).toEqual([]);
      const taken = first(await two().take([LANE]));
      expect(taken).toMatchObject({ isOurs: true, again: false, pace: 17.5, left: { found: "{}" } });
      expect(taken.left?.nextInMs).toBeLessThanOrEqual(5_000);
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

    it("knows the process that had it last, and one whose own lease ran out", async () => {
      await one().take([LANE]);
      await one().leave([left()]);
      expect(first(await one().take([LANE])).again).toBe(true);
      await expire();
      expect(first(await one().take([LANE])).again).toBe(true);
    });

    it("goes by the attempts of the last minute where its owner was lost", async () => {
      await one().take([LANE]);
      for (const key of ["a.jpg", "b.jpg"]) await ledgers[0]?.begin(facts(object(key)));
      await ledgers[0]?.begin(facts(object("c.jpg"), { chatId: "-1002" }));
      await sql(`update prewarm_attempts set state = 'ready', started_at = now() - interval '70 seconds', ended_at = now() - interval '65 seconds'
        where r2_key = 'b.jpg'`);
      await expire();
      const taken = first(await two().take([LANE]));
      expect(taken).toMatchObject({ isOurs: true, again: false, left: null });
      expect(taken.callAgesMs).toHaveLength(1);
    });

    it("takes calls to have left when they had ended: they are written down before", async () => {
      await one().take([LANE]);
      for (const key of ["a.jpg", "b.jpg"]) await ledgers[0]?.begin(facts(object(key)));
      await sql(`update prewarm_attempts set state = 'ready', started_at = now() - interval '70 seconds', ended_at = now() - interval '10 seconds'
        where r2_key = 'a.jpg'`);
      await sql(
        "update prewarm_attempts set started_at = now() - interval '40 seconds' where r2_key = 'b.jpg'",
      );
      await expire();
      const [ended = 0, underWay] = first(await two().take([LANE])).callAgesMs;
      expect(underWay).toBe(0);
      expect(ended).toBeGreaterThan(7_500);
    });

    it("goes by them too where a process ended without handing it on", async () => {
      await one().take([LANE]);
      await one().leave([left()]);
      await two().take([LANE]);
      await ledgers[1]?.begin(facts(object("a.jpg")));
      await ledgers[1]?.close();
      expect(first(await three().take([LANE]))).toMatchObject({
        left: null,
        callAgesMs: [expect.any(Number)],
      });
    });

    it("counts a message of several media as one only where that is proved", async () => {
      await one().take([LANE]);
      const pack = (index: number) => ({ pack: { id: "p1", index } });
      await ledgers[0]?.beginAll([facts(object("a.jpg"), pack(0)), facts(object("b.jpg"), pack(1))]);
      await expire();
      expect(first(await two().take([LANE])).callAgesMs).toHaveLength(2);
      await expire();
      const proof = { bot: "default", scope: "-1001", what: "quota", result: "messages" } as const;
      await ledgers[0]?.keepProof({ ...proof, evidence: {}, at: Date.now() });
      expect(first(await three().take([LANE])).callAgesMs).toHaveLength(1);
    });

    it("lets no attempt begin on a lane that another process has", async () => {
      await one().take([LANE]);
      const held: unknown[] = [];
      two().onHeld((lane) => held.push(lane));
      await expect(ledgers[1]?.begin(facts(object("a.jpg")))).rejects.toThrow(LaneHeld);
      expect(held).toEqual([{ ...LANE, forMs: null }]);
      expect(await sql("select 1 from prewarm_attempts")).toEqual([]);
      await expire();
      await ledgers[1]?.begin(facts(object("a.jpg")));
    });

    it("lets none begin before a deadline that another process wrote, of the lane or of its bot", async () => {
      await ledgers[0]?.freezeLane({ ...LANE, until: Date.now() + A_MINUTE });
      await expect(ledgers[1]?.begin(facts(object("a.jpg")))).rejects.toThrow(LaneHeld);
      await ledgers[1]?.begin(facts(object("a.jpg"), { chatId: "-1002" }));
      await one().freezeBot("default", A_MINUTE);
      const held: (number | null)[] = [];
      two().onHeld(({ forMs }) => held.push(forMs));
      const several = [facts(object("b.jpg"), { chatId: "-1002" })];
      await expect(ledgers[1]?.beginAll(several)).rejects.toThrow(LaneHeld);
      expect(held[0]).toBeGreaterThan(A_MINUTE / 2);
      await ledgers[1]?.begin(facts(object("b.jpg"), { bot: "other" }));
    });

    it("does not forget what others learned of a lane when one that knows less remembers it", async () => {
      const memory = { ...LANE, frozenUntil: 1_900_000_000_000, pace: 17.5, paceAt: 7, migratedTo: null };
      await ledgers[0]?.keepLane(memory);
      await ledgers[1]?.keepLane({ ...memory, frozenUntil: 0, pace: null, paceAt: null });
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
      const paces = [one(), two()].map(
        (shared) =>
          new SharedBotPace({ bot: "default", clock, shared, gapMs, frozen: (ms) => frozen.push(ms) }),
      );
      const taken = await Promise.all(
        paces.flatMap((pace) => Array.from({ length: 30 }, () => pace.take(clock.now(), 1))),
      );
      const moments = taken.sort((a, b) => a - b);
      expect((moments.at(-1) ?? 0) - (moments[0] ?? 0)).toBeGreaterThan(58 * gapMs);
      const [{ calls = 0 } = {}] = await sql(
        "select n_tup_ins + n_tup_upd as calls from pg_stat_user_tables where relname = 'prewarm_bot_paces'",
      );
      expect(Number(calls)).toBeLessThan(20);
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
