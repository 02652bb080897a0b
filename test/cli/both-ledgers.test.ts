import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openIds } from "../../src/ids/open.ts";
import { summaryOf } from "../helpers/child.ts";
import { startPostgres } from "../helpers/postgres.ts";
import { keepLedgersIn } from "../helpers/tested-place.ts";
import { openHeldWorld, openWorld, type World } from "../helpers/world.ts";
import { startWorker } from "./started-worker.ts";

const server = await startPostgres();
const database = typeof server === "string" ? null : await server.newDatabase();
afterAll(async () => {
  if (typeof server !== "string") await server.dispose();
});

/** A command that needs no configuration but where the ledger is. */
async function ask(world: World, ...args: string[]) {
  return world.ask(args, { env: world.onlyLedger() });
}

/** What is ready in the ledger is what was posted, each object once. */
function expectTruth(world: World): void {
  const ids = world
    .rows("select tg_file_id as id from media_cache where status = 'ready' order by 1")
    .map(({ id }) => id);
  expect(ids).toEqual(
    world
      .posts()
      .map(({ file_id }) => file_id)
      .sort(),
  );
}

const PLACES = [
  ["SQLite", null],
  ["PostgreSQL", database],
] as const;

describe.each(PLACES.filter(([name, place]) => name === "SQLite" || place !== null))(
  "with a ledger in %s",
  (_, place) => {
    beforeAll(() => keepLedgersIn(place));
    afterAll(() => keepLedgersIn(null));

    it("a run warms each object once, and the next skips all of them", async () => {
      const world = await openWorld();
      const keys = world.putMany(30);
      const first = await world.run(["--json", "-c", "8"]);
      expect([first.code, world.postedKeys().sort()]).toEqual([0, keys]);
      expectTruth(world);
      const again = await world.run(["--json"]);
      expect(again.code).toBe(0);
      expect(summaryOf(again)).toMatchObject({ ready: 0, skipped: 30 });
      expect(world.posts()).toHaveLength(30);
    });

    it("a dry run says what a run would do, and writes nothing", async () => {
      const world = await openWorld();
      world.putMany(5);
      const dry = await world.run(["--dry-run", "--json"]);
      expect([dry.code, world.posts()]).toEqual([0, []]);
      expect(dry.stdout).toContain("doc/0004.bin");
      expect(await world.run([])).toMatchObject({ code: 0 });
      expect((await world.run(["--dry-run"])).code).toBe(0);
      expect(world.posts()).toHaveLength(5);
    });

    it("a run that is killed loses no id: what was under way is unknown, the rest is warmed, and --only unknown sends again", async () => {
      const { world, hold } = await openHeldWorld();
      world.putMany(12);
      const env = { MEDIA_PREWARM_CONCURRENCY: "4", PREWARM_TAG: "0" };
      const running = world.start(["run"], { env });
      await world.until(() => world.underWay() === 4, "four are sent");
      expect(JSON.parse((await ask(world, "status", "--json")).stdout)).toMatchObject({
        holder: { command: "prewarm run", pid: running.pid },
        under_way: { count: 4, abandoned: false },
      });
      running.signal("SIGKILL");
      await running.ended;
      await hold.end();
      const next = await world.run(["--json"], { env });
      expect(next.code).toBe(3);
      expect(summaryOf(next)).toMatchObject({ ready: 8, unknown: 4 });
      const last = await world.run(["--only", "unknown", "--json"], {
        env: { ...env, PREWARM_LOOK_AFTER: "0s" },
      });
      expect(last.code).toBe(0);
      expect(world.rows("select count(*) as n from media_cache where status = 'ready'")).toEqual([{ n: 12 }]);
    });

    it("what failed is told with its reason and a way out, and --only failed warms it", async () => {
      const world = await openWorld();
      world.putMany(3);
      world.faults = ({ key, method }) =>
        key === "doc/0001.bin" && method === "GET" ? { status: 404 } : undefined;
      expect((await world.run([])).code).toBe(3);
      const told = await ask(world, "failures", "--json");
      expect(told.stdout.trim().split("\n")).toHaveLength(1);
      expect(JSON.parse(told.stdout)).toMatchObject({
        key: "doc/0001.bin",
        status: "failed",
        bot: "default",
      });
      world.faults = () => undefined;
      expect((await world.run(["--only", "failed"])).code).toBe(0);
      expect((await ask(world, "failures", "--json")).stdout).toBe("");
      expectTruth(world);
    });

    it("an export is taken in elsewhere and comes out alike; what is there is kept", async () => {
      const [world, other] = [await openWorld(), await openWorld()];
      world.putMany(20);
      await world.run([]);
      const file = join(other.dir, "ids.csv");
      expect((await ask(world, "export", "-o", file)).code).toBe(0);
      const trial = await ask(other, "import", file, "-n");
      expect([trial.code, trial.stderr]).toEqual([0, expect.stringContaining("20 new")]);
      if (other.ledgerUrl !== null)
        expect(other.rows("select 1 from pg_tables where schemaname = current_schema()")).toEqual([]);
      const taken = await ask(other, "import", file);
      expect([taken.code, taken.stderr]).toEqual([0, expect.stringContaining("20 new")]);
      expect((await ask(other, "import", file)).stderr).toContain("20 there already");
      const back = await ask(other, "export", "--format", "csv");
      expect(back.stdout).toBe(readFileSync(file, "utf8"));
    });

    it("verify finds what is gone and what changed, --fix marks it, and a run puts it right", async () => {
      const world = await openWorld();
      world.putMany(6);
      await world.run([]);
      world.r2.delete("media", "doc/0000.bin");
      world.put("doc/0001.bin", "other content");
      const found = await world.start(["verify", "--json", "--fix"], { env: { PREWARM_BOT_PACE: "5000/s" } })
        .ended;
      expect(found.code).toBe(0);
      expect(summaryOf(found)).toMatchObject({ deleted: 1, changed: 1 });
      expect((await world.run([])).code).toBe(0);
      expect(world.postedKeys(6)).toEqual(["doc/0001.bin"]);
    });

    it("lookup prints the id of a key, and says why there is none", async () => {
      const world = await openWorld();
      world.putMany(2);
      await world.run([]);
      const [row] = world.rows(
        "select tg_file_id as id from media_cache c join media_store s on s.sha256 = c.sha256 where r2_key = 'doc/0001.bin'",
      );
      expect((await ask(world, "lookup", "doc/0001.bin", "--plain")).stdout).toBe(`${row?.id}\n`);
      const none = await ask(world, "lookup", "doc/1.bin");
      expect([none.code, none.stderr]).toEqual([3, expect.stringContaining("doc/0001.bin")]);
    });

    it("status counts what there is, without any credentials", async () => {
      const world = await openWorld();
      world.putMany(4);
      await world.run([]);
      world.edit("update media_cache set status = 'warming', tg_file_id = null where warmup_message_id = 1");
      const told = await ask(world, "status", "--json");
      expect(JSON.parse(told.stdout)).toMatchObject({
        objects: 4,
        bots: [{ ready: 3, warming: 1 }],
        backlog: { warming: 1 },
      });
      expect(told.stdout).not.toContain(":secret@");
    });

    it("a worker warms rows that others insert, answers lookups, and is named by status", async () => {
      const world = await openWorld();
      world.putMany(2);
      const worker = await startWorker(world, { env: { MEDIA_PREWARM_INTERVAL_MS: "200" } });
      await world.until(() => world.posts().length === 2, "the bucket is warm");
      world.put("row.bin", "of the platform");
      world.edit(
        `insert into media_store (bot_slug, kind, r2_key, bytes, sha256) values ('default', 'document', 'row.bin', 15, 'sha-of-row');
         insert into media_cache (bot_slug, sha256, kind, status) values ('default', 'sha-of-row', 'document', 'warming')`,
      );
      await world.until(() => world.posts().length === 3, "the row is warm");
      const answer = await worker.get("/api/admin/media/prewarm/lookup?key=doc/0000.bin");
      expect(await answer.json()).toMatchObject({ ok: true, kind: "document" });
      const told = JSON.parse((await ask(world, "status", "--json")).stdout);
      expect(told.writer ?? told.holder).toMatchObject({ command: "prewarm worker" });
      expect((await worker.stop()).code).toBe(143);
    });

    it("what a bot learned is found at once, and the next run takes it over", async () => {
      const world = await openWorld();
      world.putMany(1);
      await world.run([]);
      world.put("sent.jpg", "sent by a bot");
      const ids = openIds(world.ledgerUrl ?? join(world.dir, "prewarm.db"));
      await ids.report({
        type: "learned",
        key: "sent.jpg",
        kind: "photo",
        fileId: "AgAClearned",
        fileUniqueId: "AQADlearned-id",
        etag: null,
        bytes: 13,
      });
      expect(await ids.fileId({ key: "sent.jpg" })).toMatchObject({ fileId: "AgAClearned" });
      expect((await world.run([])).code).toBe(0);
      expect(world.postedKeys(1)).toEqual([]);
      expect(world.rows("select tg_file_id as id from media_cache where kind = 'photo'")).toEqual([
        { id: "AgAClearned" },
      ]);
      await ids.close();
    });

    it("--force and --only weak send again, and readers keep the old id until there is the new one", async () => {
      const world = await openWorld();
      world.putMany(2);
      await world.run([]);
      world.edit(
        "update media_cache set weak = null, tg_file_unique_id = 'short' where warmup_message_id = 1",
      );
      expect((await world.run(["--only", "weak"])).code).toBe(0);
      expect(world.posts()).toHaveLength(3);
      expect((await world.run(["--force"])).code).toBe(0);
      expect(world.posts()).toHaveLength(5);
      expect(world.rows("select count(*) as n from media_cache where status = 'ready'")).toEqual([{ n: 2 }]);
    });

    it("the ledger of another bot or bucket is refused by name", async () => {
      const world = await openWorld();
      world.putMany(1);
      await world.run([]);
      const other = await world.run([], { env: { R2_BUCKET: "other" } });
      expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("belongs to bucket media")]);
      expect(world.posts()).toHaveLength(1);
    });
  },
);
