import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import { query, startOwnPostgres } from "../helpers/own-postgres.ts";
import { crash, startStandby, startSwitch } from "../helpers/standby.ts";
import { openWorld } from "../helpers/world.ts";
import { startWorker } from "./started-worker.ts";

const OBJECTS = 400;
const server = await startOwnPostgres();

/** Gives thousands of transactions their numbers. */
async function countOn(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (let nth = 0; nth < 3_000; nth++) await client.query("select pg_current_xact_id()");
  await client.end();
}

if (typeof server === "string") {
  describe("a failover", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  describe("a failover to a server that never had the last transaction", () => {
    it("has it done again, although its number is still to be given there", async () => {
      const other = await startOwnPostgres();
      if (typeof other === "string") throw new Error(other);
      const door = await startSwitch(server.port);
      try {
        const [before, after] = [await server.newDatabase(), await other.newDatabase()];
        await (await openPostgresLedger({ url: after, command: "prewarm migrate" })).close();
        await countOn(before);
        const ledger = await openPostgresLedger({
          url: before.replace(`:${server.port}/`, `:${door.port}/`),
          command: "prewarm run",
        });
        door.loseCommit(other.port);
        await ledger.enqueue([{ key: "a.jpg" }]);
        await ledger.close();
        const queued = (url: string) => query(url, "select r2_key from prewarm_queue");
        expect([await queued(before), await queued(after)]).toEqual([[], [{ r2_key: "a.jpg" }]]);
      } finally {
        door.close();
        await other.dispose();
      }
    });
  });

  describe("a failover to a standby that has every commit", () => {
    it("is waited for by a worker that is busy, until the standby can be written: nothing is lost or posted twice", async () => {
      const direct = await server.newDatabase();
      const name = new URL(direct).pathname;
      const standby = await startStandby(server);
      const door = await startSwitch(server.port);
      try {
        const world = await openWorld();
        const keys = world.putMany(OBJECTS);
        const at = (port: number) => `postgres://postgres:secret@127.0.0.1:${port}${name}`;
        const env = { PREWARM_LEDGER: at(door.port), MEDIA_PREWARM_CONCURRENCY: "8", PREWARM_TAG: "0" };
        const worker = await startWorker(world, { env });
        await world.until(() => world.posts().length > OBJECTS / 4, "a quarter is posted");
        await crash(server);
        door.leadTo(standby.port);
        await world.until(() => worker.heard().includes("can only be read, as after a failover"), "it waits");
        await standby.promote();
        const states = () =>
          query<{ status: string; n: number }>(
            at(standby.port),
            "select status, count(*)::int as n from media_cache group by 1",
          );
        const done = async () => {
          const rows = await states();
          return rows.reduce((sum, { status, n }) => sum + (status === "warming" ? 0 : n), 0);
        };
        await expect.poll(done).toBe(OBJECTS);
        expect(worker.heard()).toMatch(/is back after \d+ s/);
        expect((await worker.stop()).code).toBe(143);
        const posted = world.postedKeys();
        expect([posted.length, new Set(posted).size]).toEqual([OBJECTS, keys.length]);
        const ids = await query<{ id: string; status: string }>(
          at(standby.port),
          "select tg_file_id as id, status from media_cache",
        );
        const truth = new Set(world.posts().map(({ file_id }) => file_id));
        expect(ids.filter(({ id, status }) => status === "ready" && !truth.has(id))).toEqual([]);
        const unknown = ids.filter(({ status }) => status !== "ready");
        expect(unknown.every(({ status }) => status === "unknown")).toBe(true);
        // What was under way at that moment, at most.
        expect(unknown.length).toBeLessThanOrEqual(8);
      } finally {
        door.close();
        await standby.dispose();
      }
    });
  });
}
