import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { summaryOf } from "../helpers/child.ts";
import { makePlatform } from "../helpers/platform.ts";
import { query, startPostgres } from "../helpers/postgres.ts";
import { keepLedgersIn } from "../helpers/tested-place.ts";
import { CHAT, OTHER_CHAT, openWorld, type World } from "../helpers/world.ts";
import { startWorker } from "./started-worker.ts";

const server = await startPostgres();

/** The database of a platform with so many objects, which are in the bucket. */
async function platformWorld(objects: number): Promise<{ world: World; url: string }> {
  const world = await openWorld();
  const url = world.ledgerUrl ?? "";
  await makePlatform(url, objects);
  for (let i = 1; i <= objects; i++) world.put(`old/${i}.bin`, String(i));
  return { world, url };
}

/** What the platform wrote of its ids that were ready. */
const READY =
  "select id, sha256, tg_file_id, tg_file_unique_id, status, created_at, updated_at from media_cache where tg_file_id like 'BQAC%' and length(tg_file_id) < 12 order by id";
const OURS = "select 1 from pg_tables where tablename like 'prewarm%' and schemaname = current_schema()";
const NO_CHAT = { WARMUP_CHAT_ID: "" };

if (typeof server === "string") {
  describe("the database of a platform", () => {
    it.skip(server, () => {});
  });
} else {
  const database = await server.newDatabase();
  beforeAll(() => keepLedgersIn(database));
  afterAll(async () => {
    keepLedgersIn(null);
    await server.dispose();
  });

  describe("the database of a platform", () => {
    it("is planned with before anything is changed in it: ids that are there are warm", async () => {
      const { world, url } = await platformWorld(20);
      const dry = await world.run(["--dry-run", "--json"], { env: NO_CHAT });
      expect(dry.code).toBe(0);
      expect(dry.stdout).toContain("old/10.bin");
      expect(dry.stdout).not.toContain("old/11.bin");
      expect(await query(url, OURS)).toEqual([]);
    });

    it("has a lane for each bot, and only rows that wait are changed; a bot without a token is named once", async () => {
      const { world, url } = await platformWorld(20);
      const before = await query(url, READY);
      const ended = await world.run(["--json"], { env: NO_CHAT });
      expect([ended.code, summaryOf(ended).ready, summaryOf(ended).skipped]).toEqual([0, 2, 18]);
      expect(world.posts().map(({ chat_id }) => chat_id)).toEqual([OTHER_CHAT, OTHER_CHAT]);
      expect(await query(url, READY)).toEqual(before);
      expect(ended.stderr.match(/no token of it is configured: bot other/g)).toHaveLength(1);
      const [sent] = await query(
        url,
        "select tg_file_id as id from media_cache c join media_store s using (sha256) where s.r2_key = 'old/20.bin' and c.status = 'ready'",
      );
      expect(world.posts().map(({ file_id }) => file_id)).toContain(sent?.id);
    });

    it("adds its chat to those that are configured", async () => {
      const { world } = await platformWorld(2);
      await world.run([]);
      const asked = world.botApi
        .calls()
        .flatMap(({ method, chat_id }) => (method === "getChat" ? chat_id : []));
      expect(asked.map(Number).sort()).toEqual([OTHER_CHAT, CHAT].sort());
    });

    it("says so where a bot has no chat at all", async () => {
      const { world, url } = await platformWorld(1);
      await query(url, "update bots set warmup_chat_id = null");
      const ended = await world.run([], { env: NO_CHAT });
      expect([ended.code, ended.stderr]).toEqual([
        2,
        expect.stringMatching(/WARMUP_CHAT_ID is not set, and bots\.warmup_chat_id of "default"/),
      ]);
    });

    it("is used by a user without the right to create once somebody ran what is printed", async () => {
      const { world, url } = await platformWorld(10);
      const schema = decodeURIComponent(url).split("=").at(-1);
      await query(
        url,
        `create role warmer login password 'pw-of-warmer'; grant usage on schema ${schema} to warmer; grant select, insert, update on all tables in schema ${schema} to warmer`,
      );
      const env = { PREWARM_LEDGER: url.replace("postgres:secret@", "warmer:pw-of-warmer@") };
      const refused = await world.run([], { env });
      expect([refused.code, refused.stderr]).toEqual([
        2,
        expect.stringContaining("`prewarm migrate --print`"),
      ]);
      const { stdout: sql } = await world.ask(["migrate", "--print"], { env });
      expect(sql).not.toContain("pw-of-warmer");
      for (const statement of sql
        .replace(/^--.*$/gm, "")
        .split(/;\n/)
        .filter((each) => each.trim() !== ""))
        await query(url, statement);
      expect((await world.run([], { env })).code).toBe(0);
      expect(world.posts()).toHaveLength(1);
    });

    it("goes on reading and inserting while a worker takes it over, and its rows are warmed", async () => {
      const { world, url } = await platformWorld(300);
      const before = await query(url, READY);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const found = { reads: 0, gaps: 0, inserts: 0 };
      const over = new AbortController();
      const using = (async () => {
        for (let i = 0; !over.signal.aborted; i++) {
          const key = `old/${1 + (i % 9)}.bin`;
          const { rowCount } = await client.query(
            "select tg_file_id from media_store s join media_cache c on c.sha256 = s.sha256 where s.r2_key = $1 and c.bot_slug = 'default' and c.status = 'ready'",
            [key],
          );
          found.reads += 1;
          if (rowCount !== 1) found.gaps += 1;
          if (i % 20 !== 0 || found.inserts >= 15) continue;
          found.inserts += 1;
          world.put(`new/${i}.bin`, `new ${i}`);
          await client.query(
            "insert into media_store (bot_slug, kind, r2_key, bytes, sha256) values ('default', 'document', $1, $2, $3)",
            [`new/${i}.bin`, `new ${i}`.length, `sha-${i}`],
          );
          await client.query(
            "insert into media_cache (bot_slug, sha256, kind, status) values ('default', $1, 'document', 'warming')",
            [`sha-${i}`],
          );
        }
      })();
      const worker = await startWorker(world, { env: { ...NO_CHAT, MEDIA_PREWARM_INTERVAL_MS: "200" } });
      await world.until(() => found.inserts >= 15 && world.posts().length >= 30 + 15, "all is warm");
      over.abort();
      await using;
      await client.end();
      await worker.stop();
      expect(found.gaps).toBe(0);
      expect(await query(url, READY)).toEqual(before);
      expect(
        await query(
          url,
          "select status, count(*)::int as n from media_cache where status <> 'ready' group by 1",
        ),
      ).toEqual([]);
      expect(world.posts()).toHaveLength(30 + 15);
    });
  });
}
