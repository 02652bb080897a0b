import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { Bench, facts, type OpenLedger, object, SHA_A, SHA_B } from "./ledger-kit.ts";

/** Work that others put into the tables. */
export function warmingConformance(open: OpenLedger): void {
  describe("warming", () => {
    const bench = new Bench(open);
    const key = (name: string, content: string, etag: string | null = null) =>
      bench.sql(
        `insert into media_store (bot_slug, kind, r2_key, sha256, r2_etag, bytes)
         values ('default', 'photo', '${name}', '${content}', ${etag === null ? "null, null" : `'${etag}', 9`})`,
      );
    const row = (content: string, due: string | null = null, bot = "default") =>
      bench.sql(
        `insert into media_cache (bot_slug, sha256, kind, status, next_retry_at)
         values ('${bot}', '${content}', 'photo', 'warming', ${due === null ? "null" : `'${due}'`})`,
      );
    const keys = async (bots = ["default"]) =>
      (await bench.ledger.warming(bots)).map(({ entry }) => entry.key);

    it("is what waits, for these bots, with what the ledger knows of the object", async () => {
      await key("a.jpg", SHA_A);
      await key("b.jpg", SHA_B, "e");
      await key("b2.jpg", SHA_B, "e2");
      await row(SHA_A);
      await row(SHA_B);
      await row(SHA_A, null, "two");
      const common = { bot: "default", kind: "photo" };
      expect(await bench.ledger.warming(["default"])).toEqual([
        { ...common, entry: { key: "a.jpg" } },
        { ...common, entry: { key: "b.jpg", etag: "e", bytes: 9, sha256: SHA_B } },
        { ...common, entry: { key: "b2.jpg", etag: "e2", bytes: 9, sha256: SHA_B } },
      ]);
      expect((await bench.ledger.warming(["two"])).map(({ bot }) => bot)).toEqual(["two"]);
      expect(await keys([])).toEqual([]);
    });

    it("leaves out what is not due, under way, ended, or without a key", async () => {
      for (const name of ["due", "late", "zone", "odd"]) await key(name, name);
      await row("due", "2026-01-31 12:30:05");
      await row("late", "2026-01-31 12:30:06");
      await row("zone", "2026-01-31T13:30:06.000+01:00");
      await row("odd", "soon");
      await row("orphan");
      await bench.warm(object("ready.jpg"));
      await bench.fails(object("bad.jpg"));
      await bench.doubts(object("lost.jpg"));
      await bench.begin(object("sending.jpg"));
      expect(await keys()).toEqual(["due", "odd"]);
      bench.now += 1000;
      expect(await keys()).toEqual(["due", "late", "zone", "odd"]);
    });

    it("holds what a run left between two tries, and finds it under its content", async () => {
      const attempt = await bench.begin(object("a.jpg"));
      await bench.ledger.retry(attempt, failure("r2_unavailable", "no"));
      const [work] = await bench.ledger.warming(["default"]);
      expect(work).toEqual({ bot: "default", kind: "photo", entry: object("a.jpg") });
      await bench.warm(object("a.jpg"));
      expect(await keys()).toEqual([]);
    });

    it("hands out 1,000 at most, the oldest first", async () => {
      await bench.sql(
        `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
         insert into media_store (kind, r2_key, sha256) select 'photo', i, 'sha' || i from n`,
      );
      await bench.sql(
        `insert into media_cache (bot_slug, sha256, kind, status)
         select 'default', sha256, kind, 'warming' from media_store order by id desc`,
      );
      const page = await keys();
      expect([page.length, page[0], page.at(-1)]).toEqual([1_000, "1200", "201"]);
    });

    it("is rid of what cannot be begun, until it is time to look again", async () => {
      await key("a.jpg", SHA_A);
      await row(SHA_A);
      await row(SHA_A, null, "two");
      const work = { bot: "default", kind: "photo", key: "a.jpg" } as const;
      await bench.ledger.refuse(work, failure("object_missing", "it is gone"));
      expect(await keys()).toEqual([]);
      expect(await keys(["two"])).toEqual(["a.jpg"]);
      expect((await bench.find(object("a.jpg"))).error).toMatchObject({
        reason: "object_missing",
        retryAt: bench.now + 60_000,
      });
      const id = await bench.warm(object("a.jpg"), { content: SHA_A });
      await bench.ledger.refuse(work, failure("object_missing", "it is gone"));
      expect(await bench.readerFinds("a.jpg")).toBe(id);
    });

    it("is not refused while a call is under way", async () => {
      await bench.begin(object("a.jpg"));
      const work = { bot: "default", kind: "photo", key: "a.jpg" } as const;
      await bench.ledger.refuse(work, failure("object_missing", "it is gone"));
      expect(await bench.status("etag:e-a.jpg:1000")).toBe("warming");
    });
  });
}

/** When a failure is worth another try. */
export function backoffConformance(open: OpenLedger): void {
  describe("backoff", () => {
    const bench = new Bench(open);
    const a = object("a.jpg");
    const minutes = async () => {
      const at = (await bench.find(a)).error?.retryAt ?? null;
      return at === null ? null : (at - bench.now) / 60_000;
    };

    it("doubles from a minute to 64 with each failure, and starts anew after an id", async () => {
      const seen = [];
      for (let i = 0; i < 9; i++) {
        await bench.fails(a, failure("r2_unavailable", "no"));
        seen.push(await minutes());
      }
      expect(seen).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64]);
      await bench.warm(a);
      await bench.sql("update media_cache set status = 'warming', tg_file_id = null");
      await bench.fails(a, failure("r2_unavailable", "no"));
      expect(await minutes()).toBe(1);
    });

    it("is for what may pass: not for a file that Telegram cannot take, nor for the configuration", async () => {
      await bench.fails(a, failure("r2_unavailable", "no"));
      await bench.fails(a, failure("photo_dimensions", "too long"));
      expect(await minutes()).toBeNull();
      await bench.fails(a, failure("r2_unavailable", "no"), { bot: "two" });
      await bench.ledger.fail(null, facts(a, { bot: "three" }), failure("manifest_bot", "no such bot"));
      expect((await bench.find(a, "three")).error?.retryAt).toBeNull();
      expect((await bench.find(a, "two")).error?.retryAt).toBe(bench.now + 60_000);
    });

    it("ends when the object is sent again", async () => {
      await bench.fails(a, failure("r2_unavailable", "no"));
      await bench.doubts(a);
      expect((await bench.find(a)).error?.retryAt).toBeNull();
    });
  });
}
