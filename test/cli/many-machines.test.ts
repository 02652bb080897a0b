import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type Running, summaryOf } from "../helpers/child.ts";
import { query, startPostgres } from "../helpers/postgres.ts";
import { openHeldWorld, openWorld, type World } from "../helpers/world.ts";
import { startWorker } from "./started-worker.ts";

const server = await startPostgres();

if (typeof server === "string") {
  describe("several processes on one ledger in PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  describe("several processes on one ledger in PostgreSQL", () => {
    let url: string;
    const sql = (statement: string) => query(url, statement);
    beforeEach(async () => {
      url = await server.newDatabase();
    });
    const env = (more: Record<string, string> = {}) => ({ PREWARM_LEDGER: url, ...more });
    const run = (world: World, args: readonly string[], more: Record<string, string> = {}): Running =>
      world.start(["run", "--json", ...args], { env: env(more) });

    it("has the calls of a lane made by one of them at a time, and tells the other who has it", async () => {
      const { world, hold } = await openHeldWorld();
      for (const prefix of ["a", "b"]) world.putMany(10, `${prefix}/`);
      const first = run(world, ["--prefix", "a/"]);
      await world.until(() => world.underWay() > 0, "the first has the lane");
      const second = run(world, ["--prefix", "b/"]);
      const said = `lane default x -1001 is in use by \`node`;
      await world.until(() => second.heard().includes(said), "the second waits");
      expect(second.heard()).toMatch(new RegExp(`\\(pid ${first.pid} on `));
      await hold.end();
      expect([(await first.ended).code, (await second.ended).code]).toEqual([0, 0]);
      const owners = await sql("select fence from prewarm_attempts order by id");
      const turns = owners.filter(({ fence }, nth) => fence !== owners[nth - 1]?.fence);
      expect([owners.length, turns.length]).toEqual([20, 2]);
    });

    it("hands the lane of an idle worker to a run, and takes it back when there is work again", async () => {
      const world = await openWorld();
      world.putMany(2, "worker/");
      world.putMany(3, "run/");
      const worker = await startWorker(world, { args: ["--prefix", "worker/"], env: env() });
      await world.until(() => world.posts().length === 2, "the worker is done");
      const ended = await run(world, ["--prefix", "run/"]).ended;
      expect([ended.code, world.posts().length]).toEqual([0, 5]);
      world.put("late.txt", "late");
      await worker.post("/api/admin/media/prewarm/enqueue", { key: "late.txt" });
      await world.until(() => world.posts().length === 6, "the worker has its lane again");
      expect((await worker.stop()).code).toBe(143);
    });

    it("bounds by --max-duration how long a run waits for a lane", async () => {
      const { world, hold } = await openHeldWorld();
      world.putMany(1, "worker/");
      world.putMany(1, "run/");
      const worker = await startWorker(world, { args: ["--prefix", "worker/"], env: env() });
      await world.until(() => world.underWay() === 1, "the worker calls");
      const ended = await run(world, ["--prefix", "run/", "--max-duration", "3s"]).ended;
      expect(ended.code).toBe(5);
      await hold.end();
      expect((await worker.stop()).code).toBe(143);
      expect(world.posts()).toHaveLength(1);
    });

    it("keeps no id of a worker that stood still for longer than its lease, and leaves alone what another made of the row", async () => {
      const { world, hold } = await openHeldWorld();
      world.putMany(1, "a/");
      const worker = await startWorker(world, { args: ["--prefix", "a/"], env: env() });
      await world.until(() => world.underWay() === 1, "the worker calls");
      worker.signal("SIGSTOP");
      await hold.end();
      // As if half a minute had passed.
      for (const table of ["prewarm_attempts", "prewarm_lane_leases", "prewarm_processes"])
        await sql(`update ${table} set lease_until = clock_timestamp() where lease_until is not null`);
      const before = world.posts().length;
      const ended = await run(world, ["--prefix", "a/", "--only", "unknown", "--force"]).ended;
      expect(summaryOf(ended)).toMatchObject({ total: 1, ready: 1 });
      const rows = () =>
        sql("select status, tg_file_id, warmup_message_id from media_cache where status = 'ready'");
      const sent = await rows();
      expect(sent).toHaveLength(1);
      worker.signal("SIGCONT");
      expect((await worker.stop()).code).toBe(143);
      expect(await rows()).toEqual(sent);
      expect(await sql("select state from prewarm_attempts where state = 'unknown'")).toHaveLength(1);
      expect(world.posts().length).toBeGreaterThan(before);
    });

    it("is not harmed by a machine whose clock is ten minutes off", async () => {
      const world = await openWorld();
      for (const prefix of ["a", "b", "c"]) world.putMany(10, `${prefix}/`);
      const offBy = (minutes: number) => {
        const shift = `const now = Date.now; Date.now = () => now() + ${minutes * 60_000};`;
        return { NODE_OPTIONS: `--require ${world.file(`shift${minutes}.cjs`, shift)}` };
      };
      const ends = await Promise.all(
        [-10, 0, 10].map(
          (minutes, nth) =>
            run(world, ["--prefix", `${"abc"[nth]}/`], minutes === 0 ? {} : offBy(minutes)).ended,
        ),
      );
      expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
      expect(world.posts()).toHaveLength(30);
      expect(await sql("select status, count(*)::int as n from media_cache group by 1")).toEqual([
        { status: "ready", n: 30 },
      ]);
      // To the second, and what was written down in the last minutes.
      const [{ strange = -1 } = {}] = await sql(
        "select count(*)::int as strange from prewarm_attempts where abs(extract(epoch from now() - ended_at)) > 300",
      );
      expect(strange).toBe(0);
    });

    it("makes no call before a deadline that another process wrote for the bot", async () => {
      const world = await openWorld();
      world.putMany(6);
      const running = run(world, [], { PREWARM_PACE: "60/min" });
      await world.until(() => world.posts().length === 2, "it works");
      const [frozen] = await sql(
        `insert into prewarm_bot_paces (bot_slug, frozen_until) values ('default', extract(epoch from clock_timestamp()) * 1000 + 5000)
         returning frozen_until, (select max(id) from prewarm_attempts) as begun`,
      );
      const ended = await running.ended;
      expect([ended.code, world.posts().length]).toEqual([0, 6]);
      const early = await sql(
        `select 1 from prewarm_attempts where id > ${frozen?.begun} and extract(epoch from started_at) * 1000 + 999 < ${frozen?.frozen_until}`,
      );
      expect(early).toEqual([]);
    });
  });
}
