import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { query, startPostgres } from "../helpers/postgres.ts";
import { openHeldWorld } from "../helpers/world.ts";
import { startWorker } from "./started-worker.ts";

const server = await startPostgres();

describe("a worker at PostgreSQL that stands still for longer than its lease", () => {
  if (typeof server === "string") {
    it.skip(server, () => {});
    return;
  }
  afterAll(() => server.dispose());

  it("brings no id of a call that was under way when it goes on, though nobody else was there", async () => {
    const url = await server.newDatabase();
    const { world, hold } = await openHeldWorld();
    world.putMany(1);
    const worker = await startWorker(world, { env: { PREWARM_LEDGER: url } });
    await world.until(() => world.underWay() === 1, "it calls");
    worker.signal("SIGSTOP");
    await hold.end();
    // Longer than the lease of 30 s; the test waits for it, and nothing is held against it.
    await delay(35_000);
    worker.signal("SIGCONT");
    await expect
      .poll(async () => (await query(url, "select state from prewarm_attempts"))[0]?.state, {
        timeout: 100_000,
      })
      .toBe("unknown");
    expect((await worker.stop()).code).toBe(143);
    expect(await query(url, "select status, tg_file_id from media_cache")).toEqual([
      { status: "unknown", tg_file_id: null },
    ]);
    expect(world.posts()).toHaveLength(1);
  });
});
