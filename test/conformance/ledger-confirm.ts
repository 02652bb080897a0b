import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { etagOf } from "../helpers/etag.ts";
import {
  asDocument,
  confirmation,
  facts,
  type OpenLedger,
  object,
  SHA_A,
  SHA_B,
  TestedLedger,
} from "./tested-ledger.ts";

/** What readers find before, while and after an id comes in. */
export function confirmConformance(open: OpenLedger): void {
  describe("confirm", () => {
    const tested = new TestedLedger(open);

    it("stores the id and what is known of the media, for readers to find by key", async () => {
      const id = await tested.warm(object("a.jpg"), {
        confirmed: { mime: "image/jpeg", width: 90, height: 60 },
      });
      expect(await tested.readerFinds("a.jpg")).toBe(id);
      expect(
        await tested.sql(
          "select warmup_chat_id, warmup_message_id, warmup_at, status, weak from media_cache",
        ),
      ).toEqual([
        {
          warmup_chat_id: "-1001",
          warmup_message_id: 7,
          warmup_at: "2026-01-31 12:30:05",
          status: "ready",
          weak: 0,
        },
      ]);
      expect(
        await tested.sql("select r2_etag, bytes, mime, width, height, duration from media_store"),
      ).toEqual([
        {
          r2_etag: etagOf("e-a.jpg"),
          bytes: 1000,
          mime: "image/jpeg",
          width: 90,
          height: 60,
          duration: null,
        },
      ]);
      expect(await tested.sql("select state from prewarm_attempts")).toEqual([{ state: "ready" }]);
    });

    it("moves every row and key of an object to its hash when that becomes known, ids and all", async () => {
      const [a, b] = [object("a.jpg", { etag: etagOf("t") }), object("b.jpg", { etag: etagOf("t") })];
      const first = await tested.warm(a, { bot: "one" });
      await tested.ledger.point({
        bot: "one",
        kind: "photo",
        content: `etag:${etagOf("t")}:1000`,
        entry: b,
        bots: [],
      });
      await tested.fails(a, failure("photo_dimensions", "no"), { bot: "two" });
      const doc = await tested.warm(a, { bot: "three", kind: "document", confirmed: { content: SHA_A } });
      expect(await tested.sql("select r2_key, sha256 from media_store order by r2_key")).toEqual([
        { r2_key: "a.jpg", sha256: SHA_A },
        { r2_key: "b.jpg", sha256: SHA_A },
      ]);
      expect(await tested.find(a, "one")).toMatchObject({
        content: SHA_A,
        state: "ready",
        stored: { fileId: first },
      });
      expect(await tested.find(b, "one")).toMatchObject({ state: "ready", keyKnown: true });
      expect((await tested.find(a, "two")).state).toBe("error");
      expect((await tested.find(a, "three", "document")).stored?.fileId).toBe(doc);
      expect(await tested.sql("select count(*) as n from media_cache where sha256 like 'etag:%'")).toEqual([
        { n: 0 },
      ]);
    });

    it("lets the older ready row win, points the key at it, and says that the new id is a duplicate", async () => {
      const old = await tested.warm(object("a.jpg", { sha256: SHA_A }));
      const attempt = await tested.begin(object("b.jpg"));
      const confirmed = await tested.ledger.confirm(
        attempt,
        confirmation(facts(object("b.jpg")), "new", { content: SHA_A }),
      );
      expect(confirmed).toMatchObject({ duplicate: true, stored: { fileId: old } });
      expect(await tested.readerFinds("b.jpg")).toBe(old);
      expect(await tested.sql("select count(*) as n from media_cache")).toEqual([{ n: 1 }]);
    });

    it("lets the new id win when it was asked to replace", async () => {
      await tested.warm(object("a.jpg", { sha256: SHA_A }));
      const attempt = await tested.begin(object("a.jpg", { sha256: SHA_A }));
      const replacing = confirmation(facts(object("a.jpg", { sha256: SHA_A })), "new", { replace: true });
      expect(await tested.ledger.confirm(attempt, replacing)).toMatchObject({ duplicate: false });
      expect(await tested.readerFinds("a.jpg")).toBe("new");
    });

    it.each([
      ["hash", 0, "by-etag"],
      ["ETag", 60_000, "by-hash"],
    ])(
      "keeps the older of two ids of another bot, when that under the %s is younger",
      async (_, shift, winner) => {
        await tested.warm(object("a.jpg"), { bot: "two", fileId: "by-etag" });
        tested.now += shift === 0 ? 60_000 : -60_000;
        await tested.warm(object("c.jpg", { sha256: SHA_A }), { bot: "two", fileId: "by-hash" });
        await tested.warm(object("a.jpg"), { bot: "one", confirmed: { content: SHA_A } });
        expect(await tested.readerFinds("a.jpg", "two")).toBe(winner);
        expect(await tested.readerFinds("c.jpg", "two")).toBe(winner);
      },
    );

    it("keeps the good one of two ids of one second, when the other is weak", async () => {
      const good = await tested.warm(object("a.pdf"), { kind: "document", bot: "two" });
      await tested.warm(object("c.jpg", { sha256: SHA_A }), { bot: "two", confirmed: asDocument("weak") });
      await tested.warm(object("a.pdf"), { kind: "document", bot: "one", confirmed: { content: SHA_A } });
      expect(await tested.readerFinds("a.pdf", "two")).toBe(good);
    });

    it("never trades a ready id for a row without one, nor doubt for a fresh start", async () => {
      await tested.doubts(object("a.jpg"), { bot: "two" });
      const ready = await tested.warm(object("a.jpg"), { bot: "three" });
      await tested.begin(object("c.jpg", { sha256: SHA_A }), { bot: "two" });
      await tested.doubts(object("c.jpg", { sha256: SHA_A }), { bot: "three" });
      await tested.warm(object("a.jpg"), { bot: "one", confirmed: { content: SHA_A } });
      expect(await tested.status(SHA_A, "two")).toBe("unknown");
      expect(await tested.readerFinds("a.jpg", "three")).toBe(ready);
    });

    it("writes under the hash also for those who still ask by ETag", async () => {
      const stale = object("a.jpg");
      const begun = await tested.begin(stale, { bot: "two" });
      const sending = await tested.begin(stale, { bot: "five" });
      await tested.warm(stale, { bot: "one", confirmed: { content: SHA_A } });
      await tested.ledger.confirm(begun, confirmation(facts(stale, { bot: "two" }), "second"));
      const third = await tested.warm(stale, { bot: "three" });
      await tested.ledger.fail(null, facts(stale, { bot: "four" }), failure("file_too_big", "no"));
      await tested.ledger.doubt(sending, failure("answer_lost", "no answer"));
      expect(await tested.readerFinds("a.jpg", "two")).toBe("second");
      expect(await tested.readerFinds("a.jpg", "three")).toBe(third);
      expect(await tested.status(SHA_A, "five")).toBe("unknown");
      expect(await tested.sql("select distinct sha256 from media_cache")).toEqual([{ sha256: SHA_A }]);
    });

    it("takes along all keys of an object that nobody has called for, when it is read", async () => {
      const id = await tested.warm(object("a.jpg", { sha256: SHA_A }));
      const [b, c] = ["b.jpg", "c.jpg"].map((key) => object(key, { etag: etagOf("same") }));
      if (!b || !c) throw new Error("there are two");
      await tested.ledger.note([b, c].map((entry) => ({ bot: "default", kind: "photo", entry })));
      await tested.ledger.point({
        bot: "default",
        kind: "photo",
        content: SHA_A,
        entry: b,
        was: facts(b).content,
        bots: ["default"],
      });
      expect([await tested.readerFinds("b.jpg"), await tested.readerFinds("c.jpg")]).toEqual([id, id]);
    });

    it("knows the content of a key that was only written down by its marks where it has both", async () => {
      for (const entry of [
        { key: "a.jpg", etag: etagOf("a") },
        { key: "b.jpg", bytes: 9 },
      ])
        await tested.ledger.note([{ bot: "default", kind: "photo", entry }]);
      expect(await tested.sql("select r2_key, sha256, r2_etag from media_store order by 1")).toEqual([
        { r2_key: "a.jpg", sha256: null, r2_etag: null },
        { r2_key: "b.jpg", sha256: null, r2_etag: null },
      ]);
    });

    it("takes along a key that was only written down, when the hash of its content becomes known", async () => {
      const noted = object("b.jpg", { etag: etagOf("e-a.jpg") });
      await tested.ledger.note([{ bot: "default", kind: "photo", entry: noted }]);
      const id = await tested.warm(object("a.jpg", { etag: etagOf("e-a.jpg") }), {
        confirmed: { content: SHA_A },
      });
      expect(await tested.readerFinds("b.jpg")).toBe(id);
    });

    it("moves a changed object's key with the last of the bots, so that no reader meets a gap", async () => {
      const changed = object("a.jpg", { etag: etagOf("new"), bytes: 2000 });
      const bots = ["one", "two", "three"];
      const old = [
        await tested.warm(object("a.jpg"), { bot: "one" }),
        await tested.warm(object("a.jpg"), { bot: "two" }),
      ];
      await tested.warm(changed, { bot: "three", confirmed: { content: SHA_B, bots } });
      const one = await tested.warm(changed, { bot: "one", confirmed: { content: SHA_B, bots } });
      expect([await tested.readerFinds("a.jpg", "one"), await tested.readerFinds("a.jpg", "two")]).toEqual(
        old,
      );
      expect(await tested.find(changed, "one")).toMatchObject({ state: "ready", keyKnown: false });
      const two = await tested.warm(changed, { bot: "two", confirmed: { content: SHA_B, bots } });
      expect([await tested.readerFinds("a.jpg", "one"), await tested.readerFinds("a.jpg", "two")]).toEqual([
        one,
        two,
      ]);
      expect(await tested.sql("select r2_etag, bytes, sha256 from media_store")).toEqual([
        { r2_etag: etagOf("new"), bytes: 2000, sha256: SHA_B },
      ]);
    });

    it("moves it without a bot for which the new content failed for good, though not while a call of it is in doubt", async () => {
      const changed = object("a.jpg", { etag: etagOf("new"), bytes: 2000 });
      const bots = ["one", "two"];
      const old = await tested.warm(object("a.jpg"), { bot: "two" });
      const refused = failure("photo_dimensions", "Telegram said no");
      await tested.ledger.fail(null, facts(changed, { bot: "two" }), failure("url_fetch_failed", "not now"));
      const one = await tested.warm(changed, { bot: "one", confirmed: { bots } });
      expect(await tested.readerFinds("a.jpg", "two")).toBe(old);
      await tested.ledger.fail(null, facts(changed, { bot: "two" }), refused);
      const doubted = await tested.begin(changed, { bot: "two", kind: "document" });
      await tested.ledger.doubt(doubted, failure("answer_lost", "no answer"));
      await tested.ledger.point({ ...facts(changed, { bot: "one" }), bots });
      expect(await tested.readerFinds("a.jpg", "one")).not.toBe(one);
      await tested.ledger.closeLost(doubted, "absent");
      await tested.ledger.fail(null, facts(changed, { bot: "two", kind: "document" }), refused);
      await tested.ledger.point({ ...facts(changed, { bot: "one" }), bots });
      expect(await tested.readerFinds("a.jpg", "one")).toBe(one);
    });

    it("does not keep what the old content was when a key moves", async () => {
      await tested.warm(object("a.jpg"), { confirmed: { mime: "image/png", width: 9, height: 9 } });
      await tested.warm(object("a.jpg", { etag: etagOf("new") }), { confirmed: { width: 5 } });
      expect(await tested.sql("select mime, width, height from media_store")).toEqual([
        { mime: null, width: 5, height: null },
      ]);
    });

    it("takes an object of equal size for new content when its bytes turn out to be others", async () => {
      await tested.sql(
        `insert into media_store (bot_slug, kind, r2_key, bytes, sha256) values ('default', 'photo', 'a.jpg', 1000, '${SHA_A}')`,
      );
      const id = await tested.warm(object("a.jpg"), { content: SHA_A, confirmed: { content: SHA_B } });
      expect(await tested.readerFinds("a.jpg")).toBe(id);
      expect(await tested.sql("select sha256, status from media_cache")).toEqual([
        { sha256: SHA_B, status: "ready" },
      ]);
    });

    it("stores a photo that came back as a document as what it is", async () => {
      await tested.warm(object("a.jpg"), { confirmed: asDocument("doc") });
      expect(
        await tested.sql("select kind, status, weak, error_reason from media_cache order by kind"),
      ).toEqual([
        { kind: "document", status: "ready", weak: 1, error_reason: null },
        { kind: "photo", status: "error", weak: null, error_reason: "came_back_as_document" },
      ]);
      expect(await tested.readerFinds("a.jpg")).toBe("doc");
    });

    it("moves what is stored under the ETag of an object that was read and found to be known", async () => {
      const known = object("a.jpg", { sha256: SHA_A });
      await tested.warm(known, { confirmed: asDocument("doc") });
      const other = object("b.jpg", { etag: etagOf("t") });
      const attempt = await tested.begin(other);
      await tested.ledger.retry(attempt, failure("photo_dimensions", "no"));
      const video = await tested.warm(object("b.mp4", { etag: etagOf("t") }), { kind: "video" });
      const was = facts(other).content;
      await tested.ledger.point({ ...facts(other), content: SHA_A, was, bots: ["default"] });
      expect(await tested.sql("select distinct sha256 from media_cache")).toEqual([{ sha256: SHA_A }]);
      expect(await tested.ledger.warming(["default"])).toEqual([]);
      expect(await tested.readerFinds("b.jpg")).toBe("doc");
      expect(await tested.readerFinds("b.mp4")).toBe(video);
    });

    it("leaves no row of content that the object turned out not to be, when what it is was known", async () => {
      await tested.warm(object("a.jpg", { sha256: SHA_A }));
      const taken = object("b.jpg", { etag: etagOf("t") });
      const attempt = await tested.begin(taken, { content: SHA_B });
      await tested.ledger.retry(attempt, failure("connect_failed", "no"));
      await tested.sql("delete from media_store where r2_key = 'b.jpg'");
      await tested.ledger.point({ ...facts(taken), content: SHA_A, was: SHA_B, bots: ["default"] });
      expect(await tested.status(SHA_B)).toBeNull();
    });

    it("does not doubt a photo again whose content came back as a document under its hash", async () => {
      await tested.doubts(object("a.jpg"));
      await tested.warm(object("b.jpg", { etag: etagOf("t") }), {
        confirmed: { ...asDocument("doc"), content: SHA_A },
      });
      const was = facts(object("a.jpg")).content;
      await tested.ledger.point({ ...facts(object("a.jpg")), content: SHA_A, was, bots: ["default"] });
      expect(await tested.find(object("a.jpg"))).toMatchObject({ state: "weak", stored: { fileId: "doc" } });
      expect(await tested.readerFinds("a.jpg")).toBe("doc");
    });

    it("points a photo at the id of a photo, where its content has one as a document too", async () => {
      await tested.warm(object("a.pdf", { sha256: SHA_A }), { kind: "document" });
      const photo = await tested.warm(object("a.jpg", { sha256: SHA_A }));
      const copy = object("b.jpg", { sha256: SHA_A });
      await tested.ledger.point({ ...facts(copy), bots: ["default"] });
      expect(await tested.readerFinds("b.jpg")).toBe(photo);
    });

    it("keeps the id of a photo when a second try comes back as a document", async () => {
      const id = await tested.warm(object("a.jpg"));
      await tested.warm(object("a.jpg"), { confirmed: { ...asDocument("doc"), replace: true } });
      expect(await tested.find(object("a.jpg"))).toMatchObject({ state: "ready", stored: { fileId: id } });
      expect(await tested.readerFinds("a.jpg")).toBe(id);
    });

    it("keeps the good id of a document when a photo of the same content comes back as one", async () => {
      const good = await tested.warm(object("a.pdf", { sha256: SHA_A }), { kind: "document" });
      await tested.warm(object("a.jpg", { sha256: SHA_A }), {
        confirmed: { ...asDocument("weak"), replace: true },
      });
      expect(await tested.readerFinds("a.pdf")).toBe(good);
    });

    it("lets a photo that comes back as a document again have the new id, when it was asked to replace", async () => {
      await tested.warm(object("a.jpg"), { confirmed: asDocument("doc") });
      await tested.warm(object("a.jpg"), { confirmed: { ...asDocument("new"), replace: true } });
      expect(await tested.readerFinds("a.jpg")).toBe("new");
    });
  });
}
