import { afterAll, afterEach, describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { AttemptLost, TakenElsewhere } from "../../src/domain/shared-work.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import type { Database } from "../../src/ledgers/postgres/database.ts";
import { keepLanes, takeLanes } from "../../src/ledgers/postgres/lane-leases.ts";
import { openWriting, postgresUrlOf } from "../../src/ledgers/postgres/open.ts";
import { enter, stay, workerThere } from "../../src/ledgers/postgres/processes.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import type { Steps } from "../../src/ledgers/sql/steps.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { EMPTY_LEDGER, query, startPostgres } from "../helpers/postgres.ts";
import { standStill } from "../helpers/still-postgres.ts";

const server = await startPostgres();

if (typeof server === "string")
  describe("the very moment in which something ends", () => {
    it.skip(server, () => {});
  });
else {
  const url = await server.newDatabase();
  await standStill(url);
  const sql = (statement: string) => query(url, statement);
  const { database } = await openWriting(postgresUrlOf(url), () => {}, {});
  afterAll(async () => {
    await database.close();
    await server.dispose();
  });
  afterEach(async () => {
    await sql(EMPTY_LEDGER);
  });
  workersOn(database, sql);
  attemptsAt(url, sql);
  lanesOn(database, sql);
}

type Sql = (statement: string) => Promise<Record<string, unknown>[]>;

function workersOn(database: Database, sql: Sql): void {
  const come = (isDead = () => false) =>
    database.write(() => enter("prewarm worker", "alone", "public", isDead));
  const fenceOf = (entered: Awaited<ReturnType<typeof come>>) => ("fence" in entered ? entered.fence : null);
  const stays = (fence: number | null) =>
    database.write(() => stay({ fence: fence ?? 0, company: "alone" }, 0));
  const leaseEnds = (fence: number | null, after = "0 s") =>
    sql(
      `update prewarm_processes set lease_until = clock_timestamp() + interval '${after}' where id = ${fence}`,
    );

  describe("a worker in the very moment in which its lease ends", () => {
    it("is not there any more, and its place is free", async () => {
      const first = fenceOf(await come());
      await leaseEnds(first, "1 microsecond");
      expect(fenceOf(await come())).toBeNull();
      expect(await database.read(workerThere)).not.toBeNull();
      await leaseEnds(first);
      expect(await database.read(workerThere)).toBeNull();
      expect(fenceOf(await come())).not.toBeNull();
    });

    it("keeps nobody from a place that was that one's before", async () => {
      const first = fenceOf(await come());
      await leaseEnds(first);
      const second = fenceOf(await come());
      await leaseEnds(second, "1 microsecond");
      expect(await stays(first)).toBe(false);
      await leaseEnds(second);
      expect(await stays(first)).toBe(true);
    });

    it("is remembered for a day, to the end of that", async () => {
      for (const after of ["-1 day", "-1 day -1 microsecond"]) await leaseEnds(fenceOf(await come()), after);
      await come();
      const left = await sql(
        "select lease_until < clock_timestamp() as old from prewarm_processes order by id",
      );
      expect(left).toEqual([{ old: true }, { old: false }]);
    });
  });

  it("a worker that rests keeps its place where it wakes in the moment in which it is taken for dead", async () => {
    const resting = fenceOf(await come());
    await leaseEnds(resting, "600 s");
    let isWaking = false;
    const isDead = () => {
      isWaking = true;
      return true;
    };
    /** It is heard of between the look of the one that comes and what that does next. */
    function* coming(): ReturnType<typeof enter> {
      const steps = enter("prewarm worker", "alone", "public", isDead);
      let step = steps.next(undefined);
      while (!step.done) {
        if (isWaking) yield* stay({ fence: resting ?? 0, company: "alone" }, 0);
        isWaking = false;
        step = steps.next(yield step.value);
      }
      return step.value;
    }
    expect(await database.write(coming)).toMatchObject({ id: resting });
    expect(await sql("select id::int from prewarm_processes")).toEqual([{ id: resting }]);
  });
}

function attemptsAt(url: string, sql: Sql): void {
  const a = facts(object("a.jpg"));
  const LANE = { bot: a.bot, chat: String(a.chatId) };

  /** Two processes whose machines' clocks stand still as well, for each test anew. */
  async function twoLedgers(): Promise<{ one: Ledger; two: Ledger; machine: VirtualClock }> {
    const machine = new VirtualClock();
    const open = () => openPostgresLedger({ url, command: "prewarm run", machine });
    const [one, two] = [await open(), await open()];
    opened.push(one, two);
    return { one, two, machine };
  }
  const opened: Ledger[] = [];
  const leaseEnds = () => sql("update prewarm_attempts set lease_until = clock_timestamp()");

  describe("an attempt in the very moment in which its lease ends", () => {
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
    });

    it("brings no id any more, and is in doubt for others", async () => {
      const { one, two } = await twoLedgers();
      const attempt = await one.begin(a);
      await leaseEnds();
      expect(await two.recover()).toBe(1);
      const again = await two.begin(a);
      await leaseEnds();
      await expect(two.confirm(again, confirmation(a, "late"))).rejects.toThrow(AttemptLost);
      await expect(one.confirm(attempt, confirmation(a, "late"))).rejects.toThrow(AttemptLost);
    });

    it("whose id waits to be tried keeps nobody from sending its content", async () => {
      const { one, two } = await twoLedgers();
      const [attempt = 0] = await one.beginAll([a]);
      await one.holdUnproved(attempt, confirmation(a, "among others"));
      await expect(two.begin(a)).rejects.toThrow(TakenElsewhere);
      await leaseEnds();
      await expect(two.begin(a)).resolves.toBeDefined();
    });

    it("is made in the lane of another one whose lease ends then, and whose wait is over", async () => {
      const { one, two } = await twoLedgers();
      await one.shared?.take([LANE]);
      await expect(two.begin(a)).rejects.toThrow();
      await sql("update prewarm_lane_leases set lease_until = clock_timestamp()");
      await two.freezeLane({ ...LANE, until: 1 });
      const frozen = (ms: number) =>
        sql(`update prewarm_lanes set frozen_until = extract(epoch from clock_timestamp()) * 1000 + ${ms}`);
      await frozen(1);
      await expect(two.begin(a)).rejects.toThrow();
      await frozen(0);
      await expect(two.begin(a)).resolves.toBeDefined();
    });

    it("was begun after a look of up to 200 ms later, and before one that is later than that", async () => {
      const { one, two, machine } = await twoLedgers();
      await two.doubt(await two.begin(a), failure("answer_lost", "no answer"));
      const asked = (ms: number) => one.begin({ ...a, askedAt: machine.wall() + ms });
      await sql("update prewarm_processes set since = since - interval '1 hour'");
      await expect(asked(200)).rejects.toThrow(TakenElsewhere);
      await expect(asked(201)).resolves.toBeDefined();
    });
  });
}

function lanesOn(database: Database, sql: Sql): void {
  const LANE = { bot: "default", chat: "-1001" };
  const [FIRST, SECOND, THIRD] = [1, 2, 3];
  const take = (fence: number, lane = LANE) => database.write(() => takeLanes(fence, [lane]));
  const has = async (fence: number, lane = LANE) => (await take(fence, lane))[0]?.isOurs;
  const now = (column: string, chat = LANE.chat) =>
    sql(`update prewarm_lane_leases set ${column} = clock_timestamp() where chat_id = '${chat}'`);
  const kept = (fence: number) => database.write((): Steps<unknown> => keepLanes(fence));

  describe("a lane in the very moment in which its lease ends", () => {
    it("is renewed no more, and goes to whoever asks", async () => {
      await take(FIRST);
      expect(await has(SECOND)).toBe(false);
      await sql("update prewarm_lane_leases set next_fence = null");
      await now("lease_until");
      expect(await kept(FIRST)).toEqual([]);
      expect(await has(SECOND)).toBe(true);
    });

    it("goes to anybody where it was left, and a wish for it ends then", async () => {
      await take(FIRST);
      await take(SECOND);
      await sql("update prewarm_lane_leases set fence = null");
      expect(await has(THIRD)).toBe(false);
      await now("next_until");
      expect(await has(THIRD)).toBe(true);
    });

    it("counts for nothing where its owner wishes for another one; a wish that ends then is not told, and gives way", async () => {
      const other = { ...LANE, chat: "-1002" };
      await take(FIRST);
      await take(SECOND, other);
      await now("lease_until", other.chat);
      await take(SECOND);
      const free = { ...LANE, frozenForMs: 0 };
      expect(await kept(FIRST)).toEqual([{ ...free, wantedBy: 0 }]);
      await now("next_until");
      expect(await kept(FIRST)).toEqual([{ ...free, wantedBy: null }]);
      await take(THIRD);
      expect(await sql("select next_fence::int as next from prewarm_lane_leases order by chat_id")).toEqual([
        { next: THIRD },
        { next: null },
      ]);
    });

    it("has had no call that left 61 s before, or was written down five minutes before", async () => {
      const call = (started: string, ended: string) =>
        sql(`insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, warmup_chat_id, owner, attempt, state, started_at, ended_at)
          values ('default', 'x', 'photo', 'x', '-1001', 'x', 1, 'ready', clock_timestamp() - interval '${started}', clock_timestamp() - interval '${ended}')`);
      await call("70 s", "61 s");
      await call("5 minutes", "10 s");
      await call("70 s", "60 s");
      await call("299 s", "20 s");
      expect(await take(FIRST)).toMatchObject([{ callAgesMs: [59_000, 19_000] }]);
    });
  });
}
