import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { etagOf } from "../helpers/etag.ts";
import { asDocument, facts, type OpenLedger, object, SHA_A, SHA_B, TestedLedger } from "./tested-ledger.ts";

/** Work that others put into the tables. */
export function warmingConformance(open: OpenLedger): void {
  describe("warming", () => {
    const tested = new TestedLedger(open);
    const key = (name: string, content: string, etag: string | null = null) =>
      tested.sql(
        `insert into media_store (bot_slug, kind, r2_key, sha256, r2_etag, bytes)
         values ('default', 'photo', '${name}', '${content}', ${etag === null ? "null, null" : `'${etag}', 9`})`,
      );
    const row = (content: string, due: string | null = null, bot = "default") =>
      tested.sql(
        `insert into media_cache (bot_slug, sha256, kind, status, next_retry_at)
         values ('${bot}', '${content}', 'photo', 'warming', ${due === null ? "null" : `'${due}'`})`,
      );
    const keys = async (bots = ["default"]) =>
      (await tested.ledger.warming(bots)).map(({ entry }) => entry.key);

    it("is what waits, for these bots, with what the ledger knows of the object", async () => {
      await key("a.jpg", SHA_A);
      await key("b.jpg", SHA_B, "e");
      await key("b2.jpg", SHA_B, "e2");
      await row(SHA_A);
      await row(SHA_B);
      await row(SHA_A, null, "two");
      const common = { bot: "default", kind: "photo" };
      expect(await tested.ledger.warming(["default"])).toEqual([
        { ...common, entry: { key: "a.jpg" } },
        { ...common, entry: { key: "b.jpg", etag: "e", bytes: 9, sha256: SHA_B } },
        { ...common, entry: { key: "b2.jpg", etag: "e2", bytes: 9, sha256: SHA_B } },
      ]);
      expect((await tested.ledger.warming(["two"])).map(({ bot }) => bot)).toEqual(["two"]);
      expect(await keys([])).toEqual([]);
    });

    it("leaves out what is not due, under way, ended, or without a key", async () => {
      for (const name of ["due", "late", "zone", "odd"]) await key(name, name);
      await row("due", "2026-01-31 12:30:05");
      await row("late", "2026-01-31 12:30:06");
      await row("zone", "2026-01-31T13:30:06.000+01:00");
      if (tested.takesAnyTime) await row("odd", "soon");
      const odd = tested.takesAnyTime ? ["odd"] : [];
      await row("orphan");
      await tested.warm(object("ready.jpg"));
      await tested.fails(object("bad.jpg"));
      await tested.doubts(object("lost.jpg"));
      await tested.begin(object("sending.jpg"));
      expect(await keys()).toEqual(["due", ...odd]);
      tested.now += 1000;
      expect(await keys()).toEqual(["due", "late", "zone", ...odd]);
    });

    it("is not the work of a key that is sent as another kind, whose content another key had", async () => {
      const etag = etagOf("same");
      await tested.warm(object("a.pdf", { etag }), { kind: "document" });
      const attempt = await tested.begin(object("b.mp4", { etag }), { kind: "video" });
      await tested.ledger.retry(attempt, failure("bot_kicked", "no"));
      expect(await keys()).toEqual(["b.mp4"]);
      await tested.warm(object("b.mp4", { etag: etagOf("new") }), { kind: "video" });
      expect(await keys()).toEqual([]);
    });

    it("is not the work of a key that was asked for as something else than its extension means", async () => {
      const etag = etagOf("same");
      await tested.warm(object("b.jpg", { etag }), { kind: "document" });
      await tested.ledger.retry(await tested.begin(object("a.jpg", { etag })), failure("bot_kicked", "no"));
      expect(await keys()).toEqual(["a.jpg"]);
    });

    it("is that of a photo that stands as a document only because one of its content came back as one", async () => {
      const etag = etagOf("same");
      await tested.warm(object("a.jpg", { etag }), { bot: "two", confirmed: asDocument("doc") });
      for (const name of ["b.jpg", "c.pdf"])
        await tested.ledger.point({
          ...facts(object(name, { etag })),
          kind: name === "b.jpg" ? "photo" : "document",
          bot: "two",
          bots: ["two"],
        });
      await tested.ledger.retry(await tested.begin(object("a.jpg", { etag })), failure("bot_kicked", "no"));
      expect(await keys()).toEqual(["a.jpg", "b.jpg"]);
    });

    it("holds what a run left between two tries, and finds it under its content", async () => {
      const attempt = await tested.begin(object("a.jpg"));
      await tested.ledger.retry(attempt, failure("r2_unavailable", "no"));
      const [work] = await tested.ledger.warming(["default"]);
      expect(work).toEqual({ bot: "default", kind: "photo", entry: object("a.jpg") });
      await tested.warm(object("a.jpg"));
      expect(await keys()).toEqual([]);
    });

    it("hands out 1,000 at most, the oldest first", async () => {
      await tested.sql(
        `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
         insert into media_store (kind, r2_key, sha256) select 'photo', i, 'sha' || i from n`,
      );
      await tested.sql(
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
      await tested.ledger.refuse(work, failure("object_missing", "it is gone"));
      expect(await keys()).toEqual([]);
      expect(await keys(["two"])).toEqual(["a.jpg"]);
      expect((await tested.find(object("a.jpg"))).error).toMatchObject({
        reason: "object_missing",
        retryAt: tested.now + 60_000,
      });
      tested.now += 60_000;
      await tested.ledger.refuse(work, failure("object_missing", "it is gone"));
      expect((await tested.find(object("a.jpg"))).error?.retryAt).toBe(tested.now + 120_000);
      const id = await tested.warm(object("a.jpg"), { content: SHA_A });
      await tested.ledger.refuse(work, failure("object_missing", "it is gone"));
      expect(await tested.readerFinds("a.jpg")).toBe(id);
    });

    it("is not refused while a call is under way", async () => {
      await tested.begin(object("a.jpg"));
      const work = { bot: "default", kind: "photo", key: "a.jpg" } as const;
      await tested.ledger.refuse(work, failure("object_missing", "it is gone"));
      expect(await tested.status(`etag:${etagOf("e-a.jpg")}:1000`)).toBe("warming");
    });
  });
}

/** When a failure is worth another try. */
export function backoffConformance(open: OpenLedger): void {
  describe("backoff", () => {
    const tested = new TestedLedger(open);
    const a = object("a.jpg");
    const minutes = async () => {
      const at = (await tested.find(a)).error?.retryAt ?? null;
      return at === null ? null : (at - tested.now) / 60_000;
    };

    it("doubles from a minute to 64 with each failure, and starts anew after an id", async () => {
      const seen = [];
      for (let i = 0; i < 9; i++) {
        await tested.fails(a, failure("r2_unavailable", "no"));
        seen.push(await minutes());
      }
      expect(seen).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64]);
      await tested.warm(a);
      await tested.sql("update media_cache set status = 'warming', tg_file_id = null");
      await tested.fails(a, failure("r2_unavailable", "no"));
      expect(await minutes()).toBe(1);
    });

    it("is for what may pass: not for a file that Telegram cannot take, nor for the configuration", async () => {
      await tested.fails(a, failure("r2_unavailable", "no"));
      await tested.fails(a, failure("photo_dimensions", "too long"));
      expect(await minutes()).toBeNull();
      await tested.fails(a, failure("r2_unavailable", "no"), { bot: "two" });
      await tested.ledger.fail(null, facts(a, { bot: "three" }), failure("manifest_bot", "no such bot"));
      expect((await tested.find(a, "three")).error?.retryAt).toBeNull();
      expect((await tested.find(a, "two")).error?.retryAt).toBe(tested.now + 60_000);
    });

    it("ends when the object is sent again", async () => {
      await tested.fails(a, failure("r2_unavailable", "no"));
      await tested.doubts(a);
      expect((await tested.find(a)).error?.retryAt).toBeNull();
    });
  });
}
