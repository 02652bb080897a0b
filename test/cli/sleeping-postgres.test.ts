import type { EventEmitter } from "node:events";
import pg from "pg";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { linesOf, summaryOf } from "../helpers/child.ts";
import { query, startOwnPostgres } from "../helpers/own-postgres.ts";
import { openHeldWorld, openWorld } from "../helpers/world.ts";
import { startWorker } from "./started-worker.ts";

const server = await startOwnPostgres();

if (typeof server === "string") {
  describe("a database that goes away for a while", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  const OURS = "application_name = 'prewarm' and datname = current_database()";

  it("is no server of tests that changes what their process ends with", () => {
    const self: EventEmitter = process;
    for (const event of ["beforeExit", "exit"])
      expect(self.listeners(event).map(String).join("\n")).not.toContain("eventFilters");
  });

  describe("a database that goes away for a while", () => {
    it("is waited for by a run that is busy, which says so and goes on", async () => {
      const { world, hold } = await openHeldWorld();
      world.putMany(12);
      const url = await server.newDatabase();
      const env = { PREWARM_LEDGER: url, MEDIA_PREWARM_CONCURRENCY: "4" };
      const running = world.start(["run", "--json"], { env });
      await world.until(() => world.underWay() === 4, "four are sent");
      await server.stop();
      await hold.end();
      await world.until(() => running.heard().includes("does not answer"), "it waits");
      expect(running.heard()).toMatch(
        /the ledger at postgres:\/\/\S+ does not answer \(.*\): waiting for it/,
      );
      await server.start();
      const ended = await running.ended;
      expect([ended.code, summaryOf(ended)]).toEqual([0, expect.objectContaining({ ready: 12 })]);
      expect(ended.stderr).toMatch(/is back after \d+ s/);
      expect(world.posts()).toHaveLength(12);
    });

    it("is waited for by a worker that is idle, which has few connections and shows no error of those that were dropped", async () => {
      const world = await openWorld();
      world.putMany(2);
      const url = await server.newDatabase();
      const worker = await startWorker(world, {
        env: { PREWARM_LEDGER: url, MEDIA_PREWARM_INTERVAL_MS: "200" },
      });
      await world.until(() => world.posts().length === 2, "the bucket is warm");
      const ask = () => worker.get("/api/admin/media/prewarm/lookup?key=doc/0000.bin");
      // A post is there before its id is written down.
      await expect.poll(async () => (await ask()).status).toBe(200);
      const asks = Array.from({ length: 20 }, ask);
      for (const answer of await Promise.all(asks)) expect(answer.status).toBe(200);
      const [{ n } = { n: 0 }] = await query<{ n: number }>(
        url,
        `select count(*)::int as n from pg_stat_activity where ${OURS}`,
      );
      expect(n).toBeGreaterThan(0);
      expect(n).toBeLessThanOrEqual(4);

      const isWarm = async (key: string, drop: () => Promise<unknown>) => {
        const sent = world.posts().length;
        world.put(key, key);
        await drop();
        await query(
          url,
          `insert into media_store (bot_slug, kind, r2_key, bytes, sha256) values ('default', 'document', '${key}', ${key.length}, 'sha of ${key}');
           insert into media_cache (bot_slug, sha256, kind, status) values ('default', 'sha of ${key}', 'document', 'warming')`,
        );
        await world.until(() => world.posts().length === sent + 1, `${key} is warm`);
      };
      await isWarm("dropped.bin", () =>
        query(url, `select pg_terminate_backend(pid) from pg_stat_activity where ${OURS}`),
      );
      expect(worker.heard()).not.toContain("terminat");
      await isWarm("asleep.bin", async () => {
        await server.stop();
        await world.until(() => worker.heard().includes("does not answer"), "it waits");
        await server.start();
      });
      expect((await worker.stop()).code).toBe(143);
      expect(worker.heard()).toMatch(/is back after \d+ s/);
    });
  });

  describe("a database that is away when a signal comes", () => {
    const ENV = { MEDIA_PREWARM_CONCURRENCY: "3", PREWARM_PACE: "6000/min" };
    const AWAY =
      /does not answer.*\n(?:.*\n)*.*cannot be reached.*not waited for any longer; what was under way is noted as unknown/;

    let isStopped = false;
    const startAgain = async () => {
      if (isStopped) await server.start();
      isStopped = false;
    };
    afterEach(startAgain);

    /** With three calls under way, of which the answers have come; and the number of posts that others then find in doubt. */
    const busy = async (command: readonly string[]) => {
      const { world, hold } = await openHeldWorld();
      world.putMany(12);
      const env = { ...ENV, PREWARM_LEDGER: await server.newDatabase() };
      const running = world.start(command, { env });
      await world.until(() => world.underWay() === 3, "three are sent");
      await server.stop();
      isStopped = true;
      await hold.end();
      await world.until(() => running.heard().includes("does not answer"), "it waits");
      const unknown = async () => {
        await startAgain();
        await query(env.PREWARM_LEDGER, "update prewarm_attempts set lease_until = now() - interval '1 h'");
        await query(env.PREWARM_LEDGER, "update prewarm_processes set lease_until = now() - interval '1 h'");
        await world.run(["--prefix", "none/"], { env });
        return query(
          env.PREWARM_LEDGER,
          "select count(*)::int as n from media_cache where status = 'unknown'",
        );
      };
      return { world, running, unknown };
    };

    it.each([
      ["run", ["run"]],
      ["worker", ["worker", "--port", "0", "--drain", "1h"]],
    ])(
      "is waited for by a %s no longer once a second one comes, and calls under way are unknown",
      async (_, command) => {
        const { world, running, unknown } = await busy(command);
        running.signal("SIGINT");
        await world.until(() => /SIGINT|WORKER\]\[STOP/.test(running.heard()), "it heard the first");
        running.signal("SIGTERM");
        const ended = await running.ended;
        expect(ended.code).toBe(130);
        expect(running.heard()).toMatch(AWAY);
        expect(world.posts()).toHaveLength(3);
        expect(await unknown()).toEqual([{ n: 3 }]);
      },
    );

    it("is waited for by an enqueue no longer once a second one comes, and the next one goes on", async () => {
      const world = await openWorld();
      world.putMany(12);
      const url = await server.newDatabase();
      const options = { env: { PREWARM_LEDGER: url } };
      expect((await world.ask(["enqueue", "--limit", "2"], options)).code).toBe(0);
      const held = new pg.Client({ connectionString: url });
      held.on("error", () => {});
      await held.connect();
      await held.query("begin; lock table media_cache in exclusive mode");
      const running = world.start(["enqueue", "--json"], options);
      const waits =
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%media_cache%'";
      await expect.poll(async () => (await query(url, waits)).length).toBeGreaterThan(0);
      await server.stop();
      isStopped = true;
      await world.until(() => running.heard().includes("does not answer"), "it waits");
      running.signal("SIGINT");
      await world.until(() => running.heard().includes("SIGINT: nothing more is read"), "it heard the first");
      running.signal("SIGTERM");
      const ended = await running.ended;
      expect([ended.code, JSON.parse(ended.stdout)]).toEqual([
        130,
        expect.objectContaining({ complete: false, written: 0, exit_code: 130 }),
      ]);
      expect(ended.stderr).toMatch(/cannot be reached.*not waited for any longer; what was written stays/);
      await startAgain();
      const next = await world.ask(["enqueue", "--json"], options);
      expect([next.code, JSON.parse(next.stdout)]).toEqual([
        0,
        expect.objectContaining({ complete: true, written: 10, waited: 2 }),
      ]);
    });

    it("is waited for by a probe no longer once a second one comes, and the next one takes its message away", async () => {
      const { world, hold } = await openHeldWorld();
      const env = { PREWARM_LEDGER: await server.newDatabase(), PREWARM_LOOK_AFTER: "0" };
      const probe = ["probe", "--yes", "--json", "--only", "id_outlives_message"];
      const running = world.start(probe, { env });
      await world.until(() => world.underWay() === 1, "one is sent");
      await server.stop();
      isStopped = true;
      await hold.end();
      await world.until(() => running.heard().includes("does not answer"), "it waits");
      running.signal("SIGTERM");
      await world.until(() => running.heard().includes("once more leaves it"), "it heard the first");
      running.signal("SIGTERM");
      const ended = await running.ended;
      expect([ended.code, linesOf(ended).at(-1)]).toEqual([
        143,
        expect.objectContaining({ type: "summary", messages_posted: 1, messages_left: 1, exit_code: 143 }),
      ]);
      expect(ended.stderr).toMatch(
        /not waited for any longer; messages that may stand in chats are taken away/,
      );
      await startAgain();
      for (const table of ["prewarm_attempts", "prewarm_lane_leases", "prewarm_processes"])
        await query(env.PREWARM_LEDGER, `update ${table} set lease_until = now() - interval '1 h'`);
      expect((await world.ask(probe, { env: { ...env, PREWARM_TIME_SCALE: "60" } })).code).toBe(0);
      expect(world.posts().filter(({ deleted }) => !deleted)).toEqual([]);
    });

    it("is waited for by a worker that is told to end for as long as calls may take", async () => {
      const { running, unknown } = await busy(["worker", "--port", "0", "--drain", "1s"]);
      running.signal("SIGTERM");
      expect((await running.ended).code).toBe(143);
      expect(running.heard()).toMatch(AWAY);
      expect(await unknown()).toEqual([{ n: 3 }]);
    });
  });

  describe("a database that is away when a process starts", () => {
    it("is waited for by a worker, which says so and goes on, and ends a run", async () => {
      const world = await openWorld();
      world.putMany(2);
      const env = { PREWARM_LEDGER: await server.newDatabase() };
      await server.stop();
      const worker = world.start(["worker", "--port", "0"], { env });
      const told = world.start(["worker", "--port", "0"], { env });
      const run = await world.run([], { env });
      const isWaiting = [worker, told].map((each) => () => each.heard().includes("waiting for it"));
      await world.until(() => isWaiting.every((waits) => waits()), "they wait");
      told.signal("SIGTERM");
      expect([(await told.ended).code, run.code]).toEqual([143, 1]);
      expect(told.heard()).toMatch(
        /postgres:\/\/\S+ cannot be reached: nobody listens there; .*: waiting for it, for up to 10 minutes\n/,
      );
      expect(run.stderr).toMatch(/cannot be reached: nobody listens there/);
      await server.start();
      await world.until(() => world.posts().length === 2, "the bucket is warm");
      worker.signal("SIGTERM");
      expect((await worker.ended).code).toBe(143);
      expect(worker.heard()).toMatch(/the ledger is there after \d+ s/);
    });
  });

  describe("a database that can only be read, as after a failover,", () => {
    it("is waited for until it can be written", async () => {
      const world = await openWorld();
      world.putMany(3);
      const url = await server.newDatabase();
      const admin = url.replace(/\/[^/]*$/, "/postgres");
      const name = new URL(url).pathname.slice(1);
      expect((await world.run(["--limit", "1"], { env: { PREWARM_LEDGER: url } })).code).toBe(0);
      const readOnly = (on: boolean) =>
        query(admin, `alter database ${name} set default_transaction_read_only = ${on ? "on" : "off"}`);
      await readOnly(true);
      const running = world.start(["run"], { env: { PREWARM_LEDGER: url } });
      await world.until(() => running.heard().includes("waiting for it"), "it waits");
      expect(running.heard()).toContain("can only be read, as after a failover");
      expect(world.posts()).toHaveLength(1);
      await readOnly(false);
      const ended = await running.ended;
      expect([ended.code, world.posts().length]).toEqual([0, 3]);
    });
  });
}
