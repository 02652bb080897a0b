import { afterAll, describe, expect, it } from "vitest";
import { openIds } from "../../src/ids/open.ts";
import type { Ids } from "../../src/ids/port.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import { migrateLedger } from "../../src/ledgers/postgres-migrate.ts";
import { idsConformance } from "../conformance/ids.ts";
import { makePlatform } from "../helpers/platform.ts";
import { query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();

if (typeof server === "string") {
  describe("the ids of a ledger in PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());
  const database = await server.newDatabase();
  let schemas = 0;
  const newSchema = async () => {
    schemas += 1;
    await query(database, `create schema ids_${schemas}`);
    return `${database}?options=-csearch_path%3Dids_${schemas}`;
  };

  idsConformance("a ledger in PostgreSQL", async () => {
    const url = await newSchema();
    const ledger = await openPostgresLedger({ url, command: "prewarm run" });
    const opened: Ids[] = [];
    const another = (bot?: string) => {
      const ids = openIds(url, { bot, onTrouble: () => {} });
      opened.push(ids);
      return ids;
    };
    return {
      ledger,
      ids: another(),
      another,
      dispose: async () => {
        for (const ids of opened) await ids.close();
        await ledger.close();
      },
    };
  });

  const learned = {
    type: "learned",
    key: "new.jpg",
    kind: "photo",
    fileId: "learned",
    fileUniqueId: "AQADunique-id",
    etag: "e",
    bytes: 5,
  } as const;

  describe("a platform's database as a place of ids", () => {
    it("gives out its ids; a report is kept in memory with one warning until there is a table for it", async () => {
      const url = await newSchema();
      await makePlatform(url, 11);
      const told: string[] = [];
      const ids = openIds(url, { onTrouble: (text) => told.push(text) });
      expect(await ids.fileIds(["old/1.bin", "old/10.bin", "old/11.bin"])).toEqual([
        { fileId: "BQAC1", kind: "document", weak: false },
        null,
        { fileId: "BQAC11", kind: "document", weak: false },
      ]);
      await ids.report(learned);
      await ids.report({ ...learned, key: "other.jpg" });
      expect(await ids.fileId({ key: "new.jpg" })).toMatchObject({ fileId: "learned" });
      expect(told).toEqual([expect.stringMatching(/^reports cannot be kept beside the ledger/)]);
      expect(
        await query(
          url,
          "select 1 from pg_tables where tablename like 'prewarm%' and schemaname = current_schema()",
        ),
      ).toEqual([]);
      await ids.close();
      await migrateLedger(url);
      const again = openIds(url, { onTrouble: () => {} });
      await again.report(learned);
      await again.close();
      expect(await query(url, "select key, file_id from prewarm_reports")).toEqual([
        { key: "new.jpg", file_id: "learned" },
      ]);
    });

    it("has no ids, and tells so once, where the server cannot be reached", async () => {
      const told: string[] = [];
      const ids = openIds("postgres://nobody:pw@127.0.0.1:1/none", { onTrouble: (text) => told.push(text) });
      expect(await ids.fileId({ key: "a.jpg" })).toBeNull();
      await ids.report(learned);
      expect(await ids.fileId({ key: "new.jpg" })).toMatchObject({ fileId: "learned" });
      expect(told.join("\n")).not.toContain("pw");
      expect(told).toHaveLength(2);
      await ids.close();
    });
  });
}
