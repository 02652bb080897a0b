import { afterAll, describe, expect, it } from "vitest";
import { API, startWorker } from "../cli/started-worker.ts";
import { query, startPostgres } from "../helpers/postgres.ts";
import { CHAT, OTHER_TOKEN, openWorld } from "../helpers/world.ts";

const server = await startPostgres();
const OBJECTS = 12;

if (typeof server === "string") {
  describe("workers at one ledger", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  describe("workers at one ledger", () => {
    it("share what was enqueued, each object sent once, and know of each other", async () => {
      const world = await openWorld();
      world.putMany(OBJECTS);
      const bots = [{ slug: "second", token_env: "SECOND_TOKEN", warmup_chats: [String(CHAT)] }];
      world.file("prewarm.config.json", JSON.stringify({ bots }));
      const url = await server.newDatabase();
      const env = {
        PREWARM_LEDGER: url,
        SECOND_TOKEN: OTHER_TOKEN,
        PREWARM_TEST_FLEET_ON_ANY_NODE: "1",
        MEDIA_PREWARM_INTERVAL_MS: "500",
      };
      const enqueued = await world.ask(["enqueue", "--json"], { env });
      expect(JSON.parse(enqueued.stdout)).toMatchObject({
        read: 2 * OBJECTS,
        written: 2 * OBJECTS,
        exit_code: 0,
      });
      // Neither finds anything by itself.
      const args = ["--prefix", "none/"];
      const [one, two] = await Promise.all([
        startWorker(world, { env, args }),
        startWorker(world, { env, args }),
      ]);
      await world.until(() => world.botApi.truth().length === 2 * OBJECTS, "all is sent");
      const status = (await (await one.get(`${API}/status`)).json()) as { fleet: { workers: unknown[] } };
      expect(status.fleet.workers.length).toBe(2);
      const metrics = await Promise.all([one, two].map(async (each) => (await each.get("/metrics")).text()));
      expect(metrics.map((text) => /^prewarm_leads (\d)$/m.exec(text)?.[1]).sort()).toEqual(["0", "1"]);
      const stopped = await two.post(`${API}/control`, { action: "stop", worker: "all" });
      expect(await stopped.json()).toMatchObject({ ok: true, workers: 2 });
      await Promise.all([one.stop(), two.stop()]);
      const rows = await query(
        url,
        "select bot_slug, status, count(*)::int as n from media_cache group by 1, 2 order by 1",
      );
      expect(rows).toEqual([
        { bot_slug: "default", status: "ready", n: OBJECTS },
        { bot_slug: "second", status: "ready", n: OBJECTS },
      ]);
      const posted = world.botApi.truth().map(({ bot, sha256 }) => `${bot} ${sha256}`);
      expect(new Set(posted).size).toBe(2 * OBJECTS);
    });
  });
}
