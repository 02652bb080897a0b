import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Task } from "../../src/domain/task.ts";
import { openEngine } from "../../src/fleet/engine.ts";
import { feed } from "../../src/fleet/feed.ts";
import { loadEngine } from "../../src/fleet/load.ts";
import type { HeldJob, JobEngine } from "../../src/fleet/port.ts";
import { openSharedLedger, type SharedLedger } from "../../src/ledgers/postgres.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";
import { etagOf } from "../helpers/etag.ts";
import { query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();

if (typeof server === "string") {
  describe("work that is shared by a ledger in PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  describe("work that is shared by a ledger in PostgreSQL", () => {
    let url: string;
    const open: SharedLedger[] = [];
    const engines: JobEngine[] = [];
    const sql = (statement: string) => query(url, statement);

    beforeEach(async () => {
      url = await server.newDatabase();
    });
    afterEach(async () => {
      for (const engine of engines.splice(0)) await engine.close();
      for (const { ledger } of open.splice(0)) await ledger.close();
    });

    async function share(): Promise<SharedLedger> {
      const shared = await openSharedLedger({ url, command: "prewarm worker", company: "shared" });
      open.push(shared);
      return shared;
    }

    async function shareWithEngine() {
      const shared = await share();
      const loaded = await loadEngine({ PREWARM_TEST_FLEET_ON_ANY_NODE: "1" });
      if (!("module" in loaded)) throw new Error(loaded.missing);
      const { module } = loaded;
      const engine = await openEngine({
        module,
        sql: shared.sql,
        ledgerSchema: shared.schema,
        onError: () => {},
      });
      engines.push(engine);
      return { ...shared, engine };
    }

    /** Rows as a platform writes them. */
    async function platform(...rows: readonly (readonly [key: string, kind: string, bytes: number])[]) {
      for (const [key, kind, bytes] of rows) {
        const content = createHash("sha256").update(key).digest("hex");
        await sql(`insert into media_store (r2_key, kind, r2_etag, bytes, sha256) values ('${key}', '${kind}',
          '${etagOf(key)}', ${bytes}, '${content}')`);
        await sql(
          `insert into media_cache (bot_slug, sha256, kind) values ('default', '${content}', '${kind}')`,
        );
      }
    }

    function task(key: string, more: Partial<Task["entry"]> = {}): Task {
      const { content, entry, bot, kind } = facts(object(key));
      return {
        entry: { ...entry, ...more },
        bot,
        kind,
        content,
        replace: false,
        queuedAt: 0,
        notBefore: 0,
        tries: 0,
        calls: 0,
      };
    }

    async function feedAll(shared: SharedLedger & { readonly engine: JobEngine }) {
      const bots = ["default"];
      return feed({ ...shared, bots }, await shared.fleet.waiting(bots));
    }

    const keysOf = async (shared: SharedLedger, jobs: readonly HeldJob[]) => {
      const rows = await shared.fleet.rowsNow(jobs.flatMap(({ work }) => ("kind" in work ? [work] : [])));
      return rows.map(({ entry }) => entry.key).sort();
    };

    it("hands out small media before large ones, and photos before videos, whoever wrote the rows", async () => {
      const shared = await shareWithEngine();
      await platform(
        ["large.mp4", "video", 30_000_000],
        ["b.mp4", "video", 1_000],
        ["a.jpg", "photo", 2_000],
      );
      expect(await feedAll(shared)).toBe(3);
      const first = await shared.engine.fetch(1, []);
      const then = await shared.engine.fetch(2, []);
      expect([await keysOf(shared, first), await keysOf(shared, then)]).toEqual([
        ["a.jpg"],
        ["b.mp4", "large.mp4"],
      ]);
    });

    it("tells the engine of each row once, and again when it was asked for again after its call", async () => {
      const shared = await shareWithEngine();
      await shared.fleet.keep([task("a.jpg")]);
      expect([await feedAll(shared), await feedAll(shared)]).toEqual([1, 0]);
      const a = facts(object("a.jpg"));
      await shared.ledger.confirm(await shared.ledger.begin(a), confirmation(a, "id"));
      expect(await feedAll(shared)).toBe(0);
      await sql("update media_cache set status = 'warming', tg_file_id = null");
      expect(await feedAll(shared)).toBe(1);
    });

    it("tells it of so many of each bot, and of none that is not configured", async () => {
      const shared = await share();
      await platform(["1.jpg", "photo", 1], ["2.jpg", "photo", 1], ["3.jpg", "photo", 1]);
      await shared.fleet.rank();
      const two = await shared.fleet.unfed(["default", "other"], 2);
      await shared.fleet.fed(two);
      expect([two.length, (await shared.fleet.unfed(["default"], 2)).length]).toEqual([2, 0]);
      expect((await shared.fleet.unfed(["default"], 3)).length).toBe(1);
      expect(await shared.fleet.unfed(["other"], 3)).toEqual([]);
      expect(await shared.fleet.botsWithWork(["default", "other"])).toEqual(["default"]);
    });

    it("finds work again after the engine has lost all it was told", async () => {
      const shared = await shareWithEngine();
      await shared.fleet.keep([task("a.jpg"), task("b.jpg")]);
      expect(await shared.engine.isWhole()).toBe(false);
      await feedAll(shared);
      expect(await shared.engine.isWhole()).toBe(true);
      await sql("truncate prewarm_jobs.job");
      expect(await shared.engine.isWhole()).toBe(false);
      expect([await shared.fleet.unfeed(0), await shared.fleet.unfeed(0)]).toEqual([2, 0]);
      await feedAll(shared);
      expect(await keysOf(shared, await shared.engine.fetch(5, []))).toEqual(["a.jpg", "b.jpg"]);
    });

    it("hands a job to one worker, passes over frozen bots, and lets nobody end the job of another", async () => {
      const shared = await shareWithEngine();
      await shared.fleet.keep([task("a.jpg")]);
      await feedAll(shared);
      expect(await shared.engine.fetch(1, ["default"])).toEqual([]);
      const [job] = await shared.engine.fetch(1, []);
      expect(await shared.engine.fetch(1, [])).toEqual([]);
      if (!job) throw new Error("no job");
      const stale = { ...job, retryCount: job.retryCount + 1 };
      expect([...(await shared.engine.touch([stale]))]).toEqual([]);
      await shared.engine.drop([stale]);
      expect([...(await shared.engine.touch([job]))]).toEqual([job.id]);
      await shared.engine.putBack([job], 0);
      const [again] = await shared.engine.fetch(1, []);
      expect(again).toMatchObject({ id: job.id, retryCount: 0 });
      await shared.engine.drop(again ? [again] : []);
      expect(await shared.engine.fetch(1, [])).toEqual([]);
    });

    it("hands out again first what a lost worker held, and notes its calls as in doubt, both when it is looked after", async () => {
      const shared = await shareWithEngine();
      await shared.fleet.keep(["a", "c", "d", "e", "f", "g", "h"].map((name) => task(`${name}.jpg`)));
      await feedAll(shared);
      const [job] = await shared.engine.fetch(1, []);
      await shared.ledger.begin(facts(object("b.jpg")));
      expect(await shared.fleet.waiting(["default"])).toMatchObject({
        fed: true,
        rows: false,
        overdue: false,
      });
      await shared.engine.lookAfter();
      const [other] = await shared.engine.fetch(1, []);
      expect(other?.id).not.toBe(job?.id);
      await sql(
        `update prewarm_jobs.job set heartbeat_on = now() - interval '31 seconds' where id = '${job?.id}'`,
      );
      await sql("update prewarm_jobs.queue set monitor_claim_on = null, monitor_on = null");
      await sql("update prewarm_attempts set lease_until = now()");
      expect(await shared.fleet.waiting(["default"])).toMatchObject({ overdue: true });
      await shared.fleet.sweep();
      await shared.engine.lookAfter();
      const again = await shared.engine.fetch(1, []);
      expect(again).toMatchObject([{ id: job?.id, retryCount: 1 }]);
      await shared.engine.putBack(again, 0);
      expect(await shared.engine.fetch(1, [])).toMatchObject([{ id: job?.id, retryCount: 0 }]);
      expect(await shared.fleet.waiting(["default"])).toMatchObject({ overdue: false });
      expect(await sql("select status, count(*)::int as n from media_cache group by 1 order by 1")).toEqual([
        { status: "unknown", n: 1 },
        { status: "warming", n: 7 },
      ]);
    });

    it("makes a dead letter of what our own code cannot handle, after three tries", async () => {
      const shared = await shareWithEngine();
      await shared.fleet.keep([task("a.jpg")]);
      await feedAll(shared);
      for (let nth = 0; nth < 3; nth++) {
        await sql("update prewarm_jobs.job set start_after = now()");
        await shared.engine.failed(await shared.engine.fetch(1, []), "TypeError");
      }
      expect(
        await sql("select name, data ->> 'why' as why from prewarm_jobs.job where name <> 'warm-mark'"),
      ).toEqual([{ name: "warm-dead", why: "TypeError" }]);
    });

    it("keeps in the queue what a row would not hold, and changes nothing that waits already", async () => {
      const shared = await share();
      const named = task("b.mp3", { title: "Song" });
      expect(await shared.fleet.keep([task("a.jpg"), named])).toBe(2);
      expect(await shared.fleet.keep([task("a.jpg"), named])).toBe(0);
      expect(await sql("select r2_key from media_store")).toEqual([{ r2_key: "a.jpg" }]);
      expect((await shared.fleet.unfedEntries()).map(({ entry }) => entry.title)).toEqual(["Song"]);
    });

    it("keeps in the queue a key whose object was replaced: it points at the old content until the new one is sent", async () => {
      const shared = await share();
      const old = facts(object("a.jpg"));
      await shared.ledger.confirm(await shared.ledger.begin(old), confirmation(old, "id"));
      const replaced = task("a.jpg", { etag: etagOf("other") });
      expect(await shared.fleet.keep([{ ...replaced, content: `etag:${etagOf("other")}:9` }])).toBe(1);
      expect((await shared.fleet.unfedEntries()).length).toBe(1);
      expect(await sql("select count(*)::int as n from media_cache where status = 'warming'")).toEqual([
        { n: 0 },
      ]);
    });

    it("finds the row of a job whose content has become known since by that", async () => {
      const shared = await share();
      const a = facts(object("a.jpg"));
      const other = { ...a, bot: "other" };
      await shared.fleet.keep([task("a.jpg"), { ...task("a.jpg"), bot: "other" }]);
      const id = await shared.ledger.begin(a);
      const known = { ...confirmation(a, "id"), content: "c".repeat(64) };
      await shared.ledger.confirm(id, known);
      const [row] = await shared.fleet.rowsNow([
        { bot: other.bot, content: other.content, kind: other.kind },
      ]);
      expect(row).toMatchObject({ bot: "other", content: other.content, entry: { key: "a.jpg" } });
    });

    it("lets two processes learn the content of one object at the same moment, for several bots", async () => {
      const [one, two] = [await share(), await share()];
      const contents = Array.from({ length: 6 }, (_, nth) => facts(object(`k${nth}.jpg`)));
      const confirmed = async ({ ledger }: SharedLedger, bot: string) => {
        const mine = contents.map((each) => ({ ...each, bot }));
        const attempts = await Promise.all(mine.map((each) => ledger.begin(each)));
        await Promise.all(
          mine.map((each, nth) => {
            const content = createHash("sha256").update(each.entry.key).digest("hex");
            return ledger.confirm(attempts[nth] ?? 0, { ...confirmation(each, `${bot}${nth}`), content });
          }),
        );
      };
      await Promise.all([confirmed(one, "default"), confirmed(two, "other")]);
      expect(await sql("select count(*)::int as n from media_cache where status = 'ready'")).toEqual([
        { n: 12 },
      ]);
      expect(
        await sql("select deadlocks::int as n from pg_stat_database where datname = current_database()"),
      ).toEqual([{ n: 0 }]);
    });

    it("has one leader at a time, and tells workers of each other and of a stop", async () => {
      const [one, two] = [await share(), await share()];
      expect([
        await one.fleet.lead("lead"),
        await two.fleet.lead("lead"),
        await one.fleet.lead("lead"),
      ]).toEqual([true, false, true]);
      const how = { version: "1.0.0", places: 5, active: 2, perMinute: 30, bots: ["default"] };
      const works = async ({ fleet, worker }: SharedLedger) =>
        !(await fleet.pulse(how)).find(({ id }) => id === worker)?.stopped;
      expect([await works(one), await works(two)]).toEqual([true, true]);
      expect(await two.fleet.pulse(how)).toEqual(await two.fleet.workers());
      expect(await two.fleet.workers()).toMatchObject([
        {
          id: one.worker,
          leads: true,
          version: "1.0.0",
          places: 5,
          active: 2,
          perMinute: 30,
          bots: ["default"],
        },
        { id: two.worker, leads: false, stopped: false },
      ]);
      await one.fleet.tell("stop", two.worker);
      expect([await works(one), await works(two)]).toEqual([true, false]);
      await one.fleet.tell("stop", "all");
      const late = await share();
      expect([await works(one), await works(late)]).toEqual([false, false]);
      // One alone does not start, and nothing is changed by the try.
      expect(await one.fleet.tell("start", two.worker)).toBe("all_stopped");
      expect((await one.fleet.workers()).map(({ stopped }) => stopped)).toEqual([true, true, true]);
      await one.fleet.tell("start", "all");
      expect([await works(one), await works(two)]).toEqual([true, true]);
      await one.fleet.resign("lead");
      expect(await two.fleet.lead("lead")).toBe(true);
    });
  });
}
