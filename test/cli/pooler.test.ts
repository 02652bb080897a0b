import { afterAll, describe, expect, it } from "vitest";
import { summaryOf } from "../helpers/child.ts";
import { startPooler } from "../helpers/pgbouncer.ts";
import { query, startPostgres } from "../helpers/postgres.ts";
import { openWorld } from "../helpers/world.ts";
import { startWorker } from "./started-worker.ts";

const server = await startPostgres();
const direct = typeof server === "string" ? server : await server.newDatabase();
const pooler = typeof server === "string" ? server : await startPooler(direct);

if (typeof pooler === "string") {
  describe("behind pgbouncer, which gives connections out by transaction,", () => {
    it.skip(pooler, () => {});
  });
} else {
  afterAll(() => pooler.dispose());

  describe("behind pgbouncer, which gives connections out by transaction,", () => {
    it("a run, a worker that works alone, and one that shares the work do what they do without it", async () => {
      const world = await openWorld();
      const env = { PREWARM_LEDGER: pooler.through(direct), MEDIA_PREWARM_INTERVAL_MS: "200" };
      world.putMany(20, "run/");
      const ran = await world.run(["--json", "-c", "8", "--prefix", "run/"], { env });
      expect([ran.code, summaryOf(ran)]).toEqual([0, expect.objectContaining({ ready: 20 })]);

      for (const [prefix, more] of [
        ["alone/", {}],
        ["shared/", { PREWARM_TEST_FLEET_ON_ANY_NODE: "1" }],
      ] as const) {
        const sent = world.posts().length;
        world.putMany(10, prefix);
        const worker = await startWorker(world, { args: ["--prefix", prefix], env: { ...env, ...more } });
        await world.until(() => world.posts().length === sent + 10, `${prefix} is warm`);
        await worker.post("/api/admin/media/prewarm/enqueue", { key: "run/0000.bin", force: true });
        expect((await worker.stop()).code).toBe(143);
      }
      expect(await query(direct, "select status, count(*)::int as n from media_cache group by 1")).toEqual([
        { status: "ready", n: 40 },
      ]);
    });

    it("check-env says that there is one, and what does not work behind it", async () => {
      const world = await openWorld();
      const env = { PREWARM_LEDGER: pooler.through(direct) };
      const { stdout } = await world.ask(["check-env", "--json", "--only", "ledger"], { env });
      expect(stdout).toContain("behind a pooler, by transaction: all works but LISTEN");
    });
  });
}
