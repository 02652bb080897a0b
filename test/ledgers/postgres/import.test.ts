import pg from "pg";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { readLine } from "../../../src/exchange/read.ts";
import type { LedgerRow } from "../../../src/ledgers/columns.ts";
import type { ImportLine } from "../../../src/ledgers/importing.ts";
import { openPostgresImport } from "../../../src/ledgers/postgres-import.ts";
import { importConformance, type TestedImport } from "../../conformance/import.ts";
import { query, startPostgres } from "../../helpers/postgres.ts";

const server = await startPostgres();

function lines(count: number, change: Partial<LedgerRow> = {}): ImportLine[] {
  return Array.from({ length: count }, (_, i) => {
    const sha256 = i.toString(16).padStart(64, "0");
    const said = { key: `${i}.jpg`, bot: "x", bot_id: "7000001", kind: "photo", file_id: `id-${i}`, sha256 };
    const line = readLine(
      { where: `ids.jsonl:${i + 1}`, value: { ...said, ...change } },
      { isCsv: false, now: "2026-02-01 10:00:00" },
    );
    if ("problem" in line) throw new Error(line.problem);
    return line;
  });
}

if (typeof server === "string") {
  describe("taking lines into PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());
  const database = await server.newDatabase();
  let schemas = 0;
  const newSchema = async () => {
    schemas += 1;
    await query(database, `create schema import_${schemas}`);
    return `${database}?options=-csearch_path%3Dimport_${schemas}`;
  };
  const openAt = async (url: string): Promise<TestedImport> => {
    const ledger = await openPostgresImport({ url, onlyTry: false });
    onTestFinished(() => ledger.close());
    return { ledger, rows: (sql) => query(url, sql) };
  };

  importConformance("PostgreSQL", async () => openAt(await newSchema()));

  describe("taking lines into PostgreSQL beside others", () => {
    const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock'";
    /** Somebody who changes a ledger in a transaction of their own, until they commit. */
    async function other(url: string): Promise<pg.Client> {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      onTestFinished(() => client.end());
      await client.query("begin");
      return client;
    }

    it("has each row from one of two that take in the same at once", async () => {
      const url = await newSchema();
      const both = [await openAt(url), await openAt(url)];
      const taken = await Promise.all(both.map(({ ledger }) => ledger.take(lines(200), false)));
      const sum = (name: "added" | "same") =>
        taken.reduce((total, one) => total + ("reason" in one ? Number.NaN : one[name]), 0);
      expect([sum("added"), sum("same")]).toEqual([200, 200]);
      expect(await both[0]?.rows("select count(*)::int as n from media_cache")).toEqual([{ n: 200 }]);
    });

    it("keeps an id that came while it decided, in a row that was not there", async () => {
      const url = await newSchema();
      const { ledger, rows } = await openAt(url);
      const client = await other(url);
      const content = (0).toString(16).padStart(64, "0");
      await client.query(
        `insert into media_cache (bot_slug, sha256, kind, status, tg_file_id) values ('x', '${content}', 'photo', 'ready', 'theirs')`,
      );
      const taking = ledger.take(lines(3), false);
      await expect.poll(() => query(database, waiting)).toHaveLength(1);
      await client.query("commit");
      expect(await taking).toMatchObject({ added: 2, kept: 1 });
      expect(await rows("select tg_file_id as id from media_cache order by sha256")).toEqual([
        { id: "theirs" },
        { id: "id-1" },
        { id: "id-2" },
      ]);
    });

    it("keeps an id that came while it decided, in a row that had none", async () => {
      const url = await newSchema();
      const { ledger, rows } = await openAt(url);
      await ledger.take(lines(3, { file_id: null, status: "warming" }), false);
      const client = await other(url);
      await client.query(
        "update media_cache set status = 'ready', tg_file_id = 'theirs' where sha256 like '%2'",
      );
      const taking = ledger.take(lines(3), false);
      await expect.poll(() => query(database, waiting)).toHaveLength(1);
      await client.query("commit");
      expect(await taking).toMatchObject({ replaced: 2, kept: 1 });
      expect(await rows("select tg_file_id as id from media_cache order by sha256")).toEqual([
        { id: "id-0" },
        { id: "id-1" },
        { id: "theirs" },
      ]);
    });
  });
}
