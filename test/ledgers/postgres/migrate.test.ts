import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { openPostgresLedger } from "../../../src/ledgers/postgres.ts";
import { migrateLedger, printMigration } from "../../../src/ledgers/postgres-migrate.ts";
import { surveyPostgres } from "../../../src/ledgers/postgres-survey.ts";
import { makePlatform, platformChecksum } from "../../helpers/platform.ts";
import { query, startPostgres } from "../../helpers/postgres.ts";

const server = await startPostgres();

if (typeof server === "string") {
  describe("the tables of a ledger in PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  const newPlatform = async (objects = 20) => {
    const url = await server.newDatabase();
    await makePlatform(url, objects);
    return url;
  };
  /** The same database for a user who may not create in it. */
  const forSmall = async (url: string): Promise<string> => {
    await query(url, "drop role if exists small").catch(() => {});
    await query(
      url,
      "do $$ begin create role small login password 'pw'; exception when duplicate_object then null; end $$",
    );
    return url.replace("postgres:secret@", "small:pw@");
  };

  describe("bringing a platform's tables to this version", () => {
    it("changes no row, and is done once however many begin together", async () => {
      const url = await newPlatform();
      const before = await platformChecksum(url);
      const made = await Promise.all(Array.from({ length: 5 }, () => migrateLedger(url)));
      expect(made.filter(({ changes }) => changes !== 0)).toHaveLength(1);
      expect(await platformChecksum(url)).toBe(before);
      expect(await migrateLedger(url)).toMatchObject({ version: 3, changes: 0 });
      await query(
        url,
        "insert into media_cache (bot_slug, sha256, kind, status) values ('default', 'x', 'voice', 'unknown')",
      );
    });

    it("makes nobody wait who uses the tables meanwhile, and goes on when they have ended", async () => {
      const url = await newPlatform();
      const reader = new pg.Client({ connectionString: url });
      await reader.connect();
      await reader.query("begin; select * from media_cache limit 1");
      let isDone = false;
      const migrating = migrateLedger(url).then(() => {
        isDone = true;
      });
      // It has begun once it is there, and a statement of others that needs the tables gets its turn.
      await expect
        .poll(() => query(url, "select 1 from pg_stat_activity where wait_event_type = 'Lock'"))
        .not.toEqual([]);
      await query(url, "set statement_timeout = '60s'; select count(*) from media_cache");
      expect(isDone).toBe(false);
      await reader.query("rollback");
      await reader.end();
      await migrating;
    });

    it("says what one has to run who may, where this user may not; then it works", async () => {
      const url = await newPlatform();
      const small = await forSmall(url);
      await expect(migrateLedger(small)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(/may not be changed by this user; `prewarm migrate --print`/),
      });
      const sql = await printMigration(small);
      expect(sql).not.toContain("pw");
      // Each statement for itself, as psql does: an index that is made beside others' work stands in no transaction.
      for (const statement of sql
        .replace(/^--.*$/gm, "")
        .split(/;\n/)
        .filter((each) => each.trim() !== ""))
        await query(url, statement);
      expect(await migrateLedger(small)).toMatchObject({ changes: 0 });
      expect((await surveyPostgres(small, Date.now())).objects).toBe(20);
    });

    it("names an administrator's way where there is no schema yet", async () => {
      const url = `${await server.newDatabase()}?options=-csearch_path%3Dwarm`;
      await expect(migrateLedger(url)).rejects.toMatchObject({ exitCode: 2, message: /no such schema/ });
      expect(await printMigration(url)).toContain('create schema if not exists "warm"');
    });
  });

  describe("a platform's database that nothing was changed in", () => {
    it("is read as it is", async () => {
      const url = await newPlatform(30);
      const before = await platformChecksum(url);
      expect(await surveyPostgres(url, Date.now())).toMatchObject({
        schemaVersion: null,
        objects: 30,
        byBot: [{ bot: "default", rows: { ready: 27, warming: 3 } }],
      });
      expect(await query(url, "select 1 from pg_tables where tablename like 'prewarm%'")).toEqual([]);
      expect(await platformChecksum(url)).toBe(before);
    });

    it("is read alike where an older prewarm made its tables", async () => {
      const url = await newPlatform(30);
      await migrateLedger(url);
      await query(
        url,
        `update prewarm_identity set value = '1' where key = 'postgres_version'; drop table prewarm_reports;
         alter table prewarm_processes drop column shared; alter table media_cache drop column shown_as`,
      );
      expect(await surveyPostgres(url, Date.now())).toMatchObject({ schemaVersion: 3, objects: 30 });
      expect(await migrateLedger(url)).not.toMatchObject({ changes: 0 });
    });

    it.each([
      ["schema_version", "0"],
      ["schema_version", "x"],
      ["postgres_version", "-1"],
    ])("is refused as it is where its %s is %s, which no prewarm writes", async (key, version) => {
      const url = await newPlatform(3);
      await migrateLedger(url);
      await query(
        url,
        `update prewarm_identity set value = '${version}' where key = '${key}'; drop table prewarm_reports`,
      );
      const refused = {
        exitCode: 2,
        message: expect.stringMatching(
          `has the schema version "${version}", which no prewarm writes; restore the ledger from a backup`,
        ),
      };
      await expect(migrateLedger(url)).rejects.toMatchObject(refused);
      await expect(surveyPostgres(url, Date.now())).rejects.toMatchObject(refused);
      await expect(openPostgresLedger({ url, command: "a test" })).rejects.toMatchObject(refused);
      expect(await query(url, "select 1 from pg_tables where tablename = 'prewarm_reports'")).toEqual([]);
    });

    it("is none where there are no such tables", async () => {
      await expect(surveyPostgres(await server.newDatabase(), Date.now())).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(/holds no ledger in its schema public/),
      });
    });
  });
}
