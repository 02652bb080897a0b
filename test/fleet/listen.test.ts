import { afterAll, describe, expect, it } from "vitest";
import { listenForWork } from "../../src/ledgers/postgres-listen.ts";
import { migrateLedger, printMigration } from "../../src/ledgers/postgres-migrate.ts";
import { query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();

if (typeof server === "string") {
  describe("rows that others write", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  describe("rows that others write", () => {
    it("are heard of as soon as they are work, and not when their ids are stored", async () => {
      const url = await server.newDatabase();
      await migrateLedger(url, { notify: true });
      await migrateLedger(url, { notify: true });
      const bell: { heard: () => void; count: number } = { heard: () => {}, count: 0 };
      const next = () =>
        new Promise<void>((resolve) => {
          bell.heard = resolve;
        });
      const listens = next();
      const onWork = () => {
        bell.count += 1;
        bell.heard();
      };
      const listening = listenForWork(url, url, { onWork, tell: () => {} });
      await listens;
      const first = next();
      await query(url, "insert into media_cache (bot_slug, sha256, kind) values ('a', 'x', 'photo')");
      await first;
      await query(url, "update media_cache set status = 'ready', tg_file_id = 'id'");
      const second = next();
      await query(url, "update media_cache set status = 'warming', tg_file_id = null");
      await second;
      expect(bell.count).toBe(3);
      await listening.close();
    });

    it("are told of by a trigger that an administrator can make as well", async () => {
      const url = await server.newDatabase();
      expect(await printMigration(url)).not.toContain("prewarm_notify");
      await query(url, await printMigration(url, { notify: true }));
      const triggers = await query(
        url,
        "select tgname from pg_trigger where tgname like 'prewarm%' order by 1",
      );
      expect(triggers).toEqual([{ tgname: "prewarm_notify_insert" }, { tgname: "prewarm_notify_update" }]);
    });
  });
}
