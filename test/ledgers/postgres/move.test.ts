import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { openPostgresLedger } from "../../../src/ledgers/postgres.ts";
import { moveSqlite } from "../../../src/ledgers/postgres-move.ts";
import { openPostgresReader } from "../../../src/ledgers/postgres-reader.ts";
import type { LedgerReader } from "../../../src/ledgers/reader.ts";
import { openSqliteLedger } from "../../../src/ledgers/sqlite.ts";
import { openSqliteReader } from "../../../src/ledgers/sqlite-reader.ts";
import { makePlatform } from "../../helpers/platform.ts";
import { query, startPostgres } from "../../helpers/postgres.ts";

const server = await startPostgres();

/** More than a page. */
const OBJECTS = 1_203;

const CONTENTS = `
  with recursive n (i) as (select 1 union all select i + 1 from n where i < ${OBJECTS})
  insert into media_store (bot_slug, kind, r2_key, r2_etag, bytes, sha256, mime, width, duration, created_at, updated_at)
    select 'default', 'photo', 'a/' || i || '.jpg', 'e' || i, i, 'sha' || i, 'image/jpeg', i, i / 4.0, '2026-01-31 12:30:05', '2026-02-01 00:00:00' from n;
  with recursive n (i) as (select 1 union all select i + 1 from n where i < ${OBJECTS})
  insert into media_cache (bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, warmup_chat_id, warmup_message_id, warmup_at, status,
      weak, dead_at, shown_as, last_error, error_class, error_reason, next_retry_at, created_at, updated_at)
    select 'default', 'sha' || i, 'photo', iif(i % 7, 'id' || i, null), 'unique' || i, '-1001', i, '2026-01-31 12:30:05',
      iif(i % 7, 'ready', 'error'), i % 2, iif(i % 50, null, '2026-02-03 01:02:03'), '{"type":"photo"}', iif(i % 7, null, 'a ''text'' \\ with "signs"'),
      iif(i % 7, null, 'transient'), iif(i % 7, null, 'network'), '2026-03-01 00:00:00', '2026-01-31 12:30:05', '2026-01-31 12:30:06' from n;
  insert into prewarm_attempts (bot_slug, sha256, kind, r2_key, owner, attempt, state, started_at, message_id, tag)
    select bot_slug, sha256, kind, 'a/x', '1@here', 1, 'ready', '2026-01-31 12:30:05', warmup_message_id, 'abcdefghij' from media_cache;
  insert into prewarm_looks (attempt_id, bot_slug, chat_id, message_id, way, state, started_at)
    values (17, 'default', '-1001', 5, 'edit', 'done', '2026-01-31 12:30:05');
  insert into prewarm_lanes (bot_slug, chat_id, frozen_until, pace, pace_at, updated_at) values ('default', '-1001', 5, 17.25, 99, '2026-01-31 12:30:05');
  insert into prewarm_queue (r2_key, entry, created_at) values ('a/1.jpg', '{"key":"a/1.jpg"}', '2026-01-31 12:30:05');
  insert into prewarm_aliases values ('etag:x:1', 'sha1');
  insert into prewarm_proofs values ('default', '*', 'rich', 'yes', '{}', 7);
  insert into prewarm_identity values ('sandbox', '0'), ('bot:default:id', '7000001'), ('bot:default:api_root', 'https://api.telegram.org'),
    ('bucket_name', 'media'), ('bucket_endpoint', 'https://r2'), ('measured_transfer_ms', '400')`;

async function rowsOf(reader: LedgerReader | null) {
  const rows = [];
  for await (const page of reader?.rows({}) ?? []) rows.push(...page);
  await reader?.close();
  return rows;
}

if (typeof server === "string") {
  describe("moving a ledger into PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  const newFile = async (): Promise<{ from: string; sql: (statements: string) => void }> => {
    const folder = mkdtempSync(join(tmpdir(), "prewarm-move-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const from = join(folder, "prewarm.db");
    await (await openSqliteLedger({ path: from, command: "prewarm run" })).close();
    const sql = (statements: string) => {
      const db = new Libsql(from);
      db.exec(statements);
      db.close();
    };
    sql(CONTENTS);
    return { from, sql };
  };

  describe("moving a ledger into PostgreSQL", () => {
    it("copies all columns of all tables, and gives out numbers above those from then on", async () => {
      const [{ from }, to] = [await newFile(), await server.newDatabase()];
      const moved = await moveSqlite({ from, to });
      expect(moved.merged).toBeNull();
      const counts = Object.fromEntries(moved.tables.map(({ name, rows }) => [name, rows]));
      expect(counts).toEqual({
        media_store: OBJECTS,
        media_cache: OBJECTS,
        prewarm_attempts: OBJECTS,
        prewarm_looks: 1,
        prewarm_lanes: 1,
        prewarm_queue: 1,
        prewarm_aliases: 1,
        prewarm_proofs: 1,
      });
      expect(await rowsOf(await openPostgresReader(to))).toEqual(await rowsOf(openSqliteReader(from)));
      expect(
        await query(
          to,
          "select pace, frozen_until from prewarm_lanes union all select at, id from prewarm_proofs, prewarm_queue",
        ),
      ).toEqual([
        { pace: 17.25, frozen_until: "5" },
        { pace: 7, frozen_until: "1" },
      ]);
      const ledger = await openPostgresLedger({ url: to, command: "prewarm run" });
      expect(await ledger.measures()).toMatchObject({ transferMs: 400 });
      const id = await ledger.begin({
        bot: "default",
        kind: "photo",
        entry: { key: "b.jpg", bytes: 1, etag: "x" },
        content: "new",
        chatId: "-1001",
        settings: "",
        tag: null,
      });
      expect(Number(id)).toBe(OBJECTS + 1);
      await ledger.close();
    });

    it("goes on where it was broken off, and says so again when it is done", async () => {
      const [{ from }, to] = [await newFile(), await server.newDatabase()];
      const { checksum } = await moveSqlite({ from, to });
      await query(
        to,
        "delete from media_cache where warmup_message_id % 2 = 0; delete from prewarm_attempts where id > 100; delete from prewarm_looks",
      );
      expect(await moveSqlite({ from, to })).toMatchObject({ checksum, merged: null });
      expect(await moveSqlite({ from, to })).toMatchObject({ checksum, merged: null });
      expect(await rowsOf(await openPostgresReader(to))).toEqual(await rowsOf(openSqliteReader(from)));
    });

    it("leaves a platform's ids that work, and adds what it has not", async () => {
      const [{ from, sql }, to] = [await newFile(), await server.newDatabase()];
      await makePlatform(to, 10);
      await query(
        to,
        `insert into media_store (kind, r2_key, r2_etag, bytes, sha256) values ('photo', 'a/1.jpg', 'e1', 1, 'sha1');
         insert into media_cache (bot_slug, sha256, kind, tg_file_id, status) values ('default', 'sha1', 'photo', 'theirs', 'ready'),
           ('default', 'sha2', 'photo', null, 'warming')`,
      );
      sql("update prewarm_identity set value = '0' where key = 'sandbox'");
      const { merged } = await moveSqlite({ from, to });
      expect(merged).toMatchObject({ replaced: 1, kept: 1 });
      const ids = await query(
        to,
        "select sha256, tg_file_id as id from media_cache where sha256 in ('sha1', 'sha2', 'sha3') order by 1",
      );
      expect(ids).toEqual([
        { sha256: "sha1", id: "theirs" },
        { sha256: "sha2", id: "id2" },
        { sha256: "sha3", id: "id3" },
      ]);
    });

    it.each([
      ["bot", "update prewarm_identity set value = '8' where key = 'bot:default:id'", /bot 8 .*bot 7000001/],
      ["bucket", "update prewarm_identity set value = 'b' where key = 'bucket_name'", /bucket b, .*media/],
      ["sandbox", "update prewarm_identity set value = '1' where key = 'sandbox'", /is of a sandbox/],
    ])("refuses the ledger of another %s by name, and copies nothing", async (_, change, message) => {
      const [{ from, sql }, to] = [await newFile(), await server.newDatabase()];
      await moveSqlite({ from, to });
      await query(to, "delete from media_cache");
      sql(change);
      await expect(moveSqlite({ from, to })).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(message),
      });
      expect(await query(to, "select 1 from media_cache")).toEqual([]);
    });

    it("refuses a database that a run has used, and a file that a run holds", async () => {
      const [{ from }, to] = [await newFile(), await server.newDatabase()];
      const held = await openSqliteLedger({ path: from, command: "prewarm run" });
      await expect(moveSqlite({ from, to })).rejects.toMatchObject({ exitCode: 2, message: /is held by/ });
      await held.close();
      await moveSqlite({ from, to });
      await query(to, "update prewarm_attempts set fence = 1 where id = 3");
      await expect(moveSqlite({ from, to })).rejects.toMatchObject({
        exitCode: 2,
        message: /used by a run already/,
      });
    });

    it("says which rows are not the same", async () => {
      const [{ from }, to] = [await newFile(), await server.newDatabase()];
      await moveSqlite({ from, to });
      await query(to, "update prewarm_attempts set message_id = 0 where id < 4");
      await expect(moveSqlite({ from, to })).rejects.toMatchObject({
        exitCode: 1,
        message: expect.stringMatching(/does not have 3 rows of prewarm_attempts as/),
      });
    });
  });
}
