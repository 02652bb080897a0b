import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { ReadContent } from "../../src/ledgers/port.ts";
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

const P = `etag:${etagOf("e-a.jpg")}:1000`;

/** What an attempt writes from its beginning to its end. */
export function attemptConformance(open: OpenLedger): void {
  describe("attempts", () => {
    const tested = new TestedLedger(open);

    it("writes down what is about to be sent, and by whom", async () => {
      await tested.begin(object("dir/a.jpg", { mime: "image/jpeg", width: 4, height: 3 }));
      expect(
        await tested.sql(
          "select bot_slug, sha256, kind, r2_key, r2_etag, bytes, warmup_chat_id, attempt, state, started_at, ended_at from prewarm_attempts",
        ),
      ).toEqual([
        {
          bot_slug: "default",
          sha256: `etag:${etagOf("e-dir/a.jpg")}:1000`,
          kind: "photo",
          r2_key: "dir/a.jpg",
          r2_etag: etagOf("e-dir/a.jpg"),
          bytes: 1000,
          warmup_chat_id: "-1001",
          attempt: 1,
          state: "sending",
          started_at: "2026-01-31 12:30:05",
          ended_at: null,
        },
      ]);
      expect(
        await tested.sql("select bot_slug, kind, r2_key, ext, mime, width, height from media_store"),
      ).toEqual([
        {
          bot_slug: "default",
          kind: "photo",
          r2_key: "dir/a.jpg",
          ext: "jpg",
          mime: "image/jpeg",
          width: 4,
          height: 3,
        },
      ]);
      expect(await tested.status(`etag:${etagOf("e-dir/a.jpg")}:1000`)).toBe("warming");
    });

    it("keeps a photo that stands as a document while another call is on its way, whatever becomes of it", async () => {
      const photo = object("a.jpg");
      await tested.warm(photo, { confirmed: asDocument("doc") });
      const standing = {
        state: "weak",
        stored: { fileId: "doc" },
        error: { reason: "came_back_as_document" },
      };
      const attempt = await tested.begin(photo);
      expect(await tested.find(photo)).toMatchObject(standing);
      await tested.ledger.fail(attempt, facts(photo), failure("answer_lost", "no"));
      expect(await tested.find(photo)).toMatchObject(standing);
      await tested.doubts(photo);
      expect(await tested.find(photo)).toMatchObject(standing);
      await tested.begin(photo);
      await tested.recover();
      expect(await tested.find(photo)).toMatchObject(standing);
      expect(await tested.sql("select state from prewarm_attempts order by id")).toEqual(
        ["ready", "failed", "unknown", "unknown"].map((state) => ({ state })),
      );
    });

    it("takes a photo for failed again whose document is dead, whatever else is ready", async () => {
      const photo = object("a.jpg");
      await tested.warm(object("b.jpg"));
      await tested.warm(object("c.pdf"), { kind: "document" });
      await tested.warm(photo, { confirmed: asDocument("doc") });
      await tested.sql("update media_cache set dead_at = '2026-01-31 12:00:00' where tg_file_id = 'doc'");
      await tested.fails(photo);
      expect(await tested.find(photo)).toMatchObject({
        state: "error",
        error: { reason: "photo_dimensions" },
      });
    });

    it("keeps a ready id, and the key of a changed object, while another is on its way, whatever becomes of it", async () => {
      const id = await tested.warm(object("a.jpg"));
      const changed = object("a.jpg", { etag: etagOf("new") });
      await tested.doubts(object("a.jpg"));
      await tested.fails(object("a.jpg"));
      await tested.doubts(changed);
      await tested.fails(changed);
      await tested.begin(object("a.jpg"));
      await tested.begin(changed);
      expect(await tested.recover()).toBe(2);
      expect(await tested.readerFinds("a.jpg")).toBe(id);
      expect((await tested.find(object("a.jpg"))).state).toBe("ready");
      expect((await tested.find(changed)).state).toBe("unknown");
      expect(
        await tested.sql(
          `select state, attempt from prewarm_attempts where r2_etag = '${etagOf("e-a.jpg")}' order by id`,
        ),
      ).toEqual([
        { state: "ready", attempt: 1 },
        { state: "unknown", attempt: 2 },
        { state: "failed", attempt: 3 },
        { state: "unknown", attempt: 4 },
      ]);
    });

    it("leaves the row as it is when another try follows", async () => {
      const attempt = await tested.begin(object("a.jpg"));
      await tested.ledger.retry(attempt, failure("flood_wait", "wait", { code: 429 }));
      expect(await tested.status(P)).toBe("warming");
      expect((await tested.find(object("a.jpg"))).state).toBe("none");
      expect(
        await tested.sql("select state, error_class, error_reason, error_code from prewarm_attempts"),
      ).toEqual([{ state: "retry", error_class: "flood", error_reason: "flood_wait", error_code: 429 }]);
    });

    it("keeps why and under which settings an item failed, and forgets it once it is warmed", async () => {
      await tested.fails(object("a.jpg"), failure("photo_dimensions", "too long", { code: 400 }));
      await tested.fails(object("a.jpg"));
      expect(await tested.find(object("a.jpg"))).toMatchObject({
        state: "error",
        error: { class: "media", reason: "photo_dimensions", message: "too long", settings: "s1" },
      });
      expect(
        await tested.sql(
          "select retry_count, last_retry_at, next_retry_at from media_cache where status = 'error'",
        ),
      ).toEqual([{ retry_count: 2, last_retry_at: "2026-01-31 12:30:05", next_retry_at: null }]);
      await tested.warm(object("a.jpg"));
      expect(await tested.find(object("a.jpg"))).toMatchObject({ state: "ready", error: null });
      expect(await tested.sql("select last_error, error_class, retry_count from media_cache")).toEqual([
        { last_error: null, error_class: null, retry_count: 0 },
      ]);
    });

    it("waits for no other try once a call is in doubt, or came back as something else, whoever asked for one meanwhile", async () => {
      const [a, b, c] = ["a.jpg", "b.jpg", "c.jpg"].map((key) => object(key));
      if (!a || !b || !c) throw new Error("there are three");
      const [first, second] = [await tested.begin(a), await tested.begin(b)];
      await tested.begin(c);
      await tested.sql("update media_cache set next_retry_at = '2026-02-01 00:00:00'");
      await tested.ledger.doubt(first, failure("answer_lost", "no answer"));
      await tested.ledger.confirm(second, confirmation(facts(b), "b", asDocument("doc")));
      await tested.recover();
      expect(await tested.sql("select distinct next_retry_at from media_cache")).toEqual([
        { next_retry_at: null },
      ]);
    });

    it("takes an item that failed before any call", async () => {
      await tested.ledger.fail(null, facts(object("a.jpg")), failure("file_too_big", "60 MB"));
      expect(await tested.find(object("a.jpg"))).toMatchObject({
        state: "error",
        error: { reason: "file_too_big" },
      });
      expect(await tested.sql("select state, ended_at from prewarm_attempts")).toEqual([
        { state: "failed", ended_at: "2026-01-31 12:30:05" },
      ]);
      expect(await tested.sql("select r2_key from media_store")).toEqual([{ r2_key: "a.jpg" }]);
    });

    it("leaves a row in doubt whatever another key of its content failed for, until it was looked for", async () => {
      const call = await tested.begin(object("a.jpg", { sha256: SHA_A }));
      await tested.ledger.doubt(call, failure("answer_lost", "no answer"));
      const other = facts(object("b.jpg", { sha256: SHA_A }));
      await tested.ledger.fail(null, other, failure("r2_unavailable", "no answer"));
      expect(await tested.status(SHA_A)).toBe("unknown");
      await tested.ledger.closeLost(call, "absent");
      await tested.ledger.fail(null, other, failure("object_missing", "it is gone"));
      expect(await tested.status(SHA_A)).toBe("error");
    });

    it("calls an attempt unknown that may have posted, and what a dead process left", async () => {
      await tested.doubts(object("a.jpg"));
      await tested.begin(object("b.jpg"));
      expect(await tested.recover()).toBe(1);
      expect(await tested.recover()).toBe(0);
      expect(await tested.find(object("a.jpg"))).toMatchObject({
        state: "unknown",
        error: { reason: "answer_lost" },
      });
      expect(await tested.find(object("b.jpg"))).toMatchObject({
        state: "unknown",
        error: { class: "in_doubt", reason: "process_died" },
      });
      expect(await tested.sql("select distinct state from prewarm_attempts")).toEqual([{ state: "unknown" }]);
    });

    it("refuses one write without the others that are asked for with it", async () => {
      const attempt = await tested.begin(object("a.jpg"));
      const why = failure("flood_wait", "wait");
      const outcomes = await Promise.allSettled([
        tested.begin(object("b.jpg")),
        tested.ledger.retry(attempt, why),
        tested.ledger.retry(attempt, why),
        tested.begin(object("c.jpg")),
      ]);
      const [first, once, twice, last] = outcomes.map(({ status }) => status);
      expect([first, last]).toEqual(["fulfilled", "fulfilled"]);
      expect([once, twice].sort()).toEqual(["fulfilled", "rejected"]);
      expect(await tested.sql("select r2_key, state, attempt from prewarm_attempts order by r2_key")).toEqual(
        [
          { r2_key: "a.jpg", state: "retry", attempt: 1 },
          { r2_key: "b.jpg", state: "sending", attempt: 1 },
          { r2_key: "c.jpg", state: "sending", attempt: 1 },
        ],
      );
    });

    describe("at an object that was read", () => {
      const read: ReadContent = { sha256: SHA_A, evenIfKnown: false, evenInDoubt: null };
      const copy = object("copy.jpg");
      const beginRead = (entry = copy, more: Partial<ReadContent> = {}) =>
        tested.ledger.beginRead(facts(entry), { ...read, ...more });

      it("is begun while nothing is known of its content, and confirmed under its hash", async () => {
        const answer = await beginRead();
        if (answer.type !== "begun") throw new Error(answer.type);
        expect(await tested.sql("select r2_key, state, attempt from prewarm_attempts")).toEqual([
          { r2_key: "copy.jpg", state: "sending", attempt: 1 },
        ]);
        await tested.ledger.confirm(answer.attempt, confirmation(facts(copy), "x", { content: SHA_A }));
        expect(await tested.readerFinds("copy.jpg")).toBe("x");
        expect(await tested.find(copy)).toMatchObject({ content: SHA_A, state: "ready" });
        expect(await tested.sql("select sha256, status from media_cache")).toEqual([
          { sha256: SHA_A, status: "ready" },
        ]);
      });

      it("is found again by its ETag when no answer came", async () => {
        const answer = await beginRead();
        if (answer.type !== "begun") throw new Error(answer.type);
        await tested.ledger.doubt(answer.attempt, failure("answer_lost", "no answer"));
        expect((await tested.find(copy)).state).toBe("unknown");
        expect((await tested.find(object("other.jpg", { etag: copy.etag }))).state).toBe("unknown");
      });

      it("is in doubt by what was read when no answer came, whatever it was begun under", async () => {
        const attempt = await tested.begin(copy);
        await tested.ledger.doubt(attempt, failure("answer_lost", "no answer"), SHA_A);
        expect(await beginRead(object("b.jpg", { etag: "b" }))).toEqual({ type: "in_doubt" });
        expect(await tested.find(copy)).toMatchObject({ content: SHA_A, state: "unknown" });
        const other = await tested.begin(object("c.jpg", { sha256: SHA_B }));
        await tested.ledger.doubt(other, failure("answer_lost", "no answer"), SHA_A);
        expect(await tested.find(object("c.jpg", { sha256: SHA_B }))).toMatchObject({ content: SHA_B });
      });

      it("takes along what another bot has under its ETag", async () => {
        await tested.warm(copy, { bot: "two", fileId: "of two" });
        const answer = await beginRead();
        if (answer.type !== "begun") throw new Error(answer.type);
        await tested.ledger.confirm(answer.attempt, confirmation(facts(copy), "x", { content: SHA_A }));
        expect([await tested.readerFinds("copy.jpg"), await tested.readerFinds("copy.jpg", "two")]).toEqual([
          "x",
          "of two",
        ]);
      });

      it("is not begun where an id is known by its hash, unless that is to be replaced", async () => {
        await tested.warm(object("a.jpg"), { confirmed: { content: SHA_A } });
        const { stored } = await tested.find(object("a.jpg"));
        expect(await beginRead()).toEqual({ type: "known", stored });
        expect(await beginRead(copy, { evenInDoubt: "always" })).toEqual({ type: "known", stored });
        expect(await tested.sql("select r2_key from media_store")).toEqual([{ r2_key: "a.jpg" }]);
        expect(await tested.sql("select state from prewarm_attempts order by id")).toEqual([
          { state: "ready" },
        ]);
        expect((await beginRead(copy, { evenIfKnown: true })).type).toBe("begun");
      });

      it("is not begun where a call is in doubt, unless it is to be sent all the same", async () => {
        await tested.doubts(object("a.jpg", { sha256: SHA_A }));
        expect(await beginRead()).toEqual({ type: "in_doubt" });
        expect(await tested.sql("select state from prewarm_attempts order by id")).toEqual([
          { state: "unknown" },
        ]);
        expect((await beginRead(copy, { evenInDoubt: "always" })).type).toBe("begun");
      });

      it("is begun once each call in doubt was looked for, if that was done for it", async () => {
        const lost = await tested.doubts(object("a.jpg", { sha256: SHA_A }));
        expect(await beginRead(copy, { evenInDoubt: "looked_for" })).toEqual({ type: "in_doubt" });
        await tested.ledger.closeLost(lost, "absent");
        expect(await beginRead()).toEqual({ type: "in_doubt" });
        expect((await beginRead(copy, { evenInDoubt: "looked_for" })).type).toBe("begun");
      });

      it("is not begun unread either, where its hash has become known and a call for that is in doubt", async () => {
        const begin = (evenInDoubt: ReadContent["evenInDoubt"]) =>
          tested.ledger.beginRead(facts(copy), {
            sha256: facts(copy).content,
            evenIfKnown: false,
            evenInDoubt,
          });
        expect((await begin(null)).type).toBe("begun");
        await tested.warm(copy, { kind: "document", confirmed: { content: SHA_A } });
        await tested.doubts(object("a.jpg", { sha256: SHA_A }));
        expect(await begin(null)).toEqual({ type: "under_way" });
        await tested.sql("update prewarm_attempts set state = 'retry' where state = 'sending'");
        expect(await begin(null)).toEqual({ type: "in_doubt" });
        expect(await begin("always")).toEqual({ type: "learned", content: SHA_A });
      });

      it("is not begun while a call of this process is under way for its content, also one that was begun before its hash was known", async () => {
        const first = await tested.begin(copy);
        expect((await beginRead(object("b.jpg", { etag: "b" }), { sha256: SHA_B })).type).toBe("begun");
        await tested.warm(copy, { kind: "document", confirmed: { content: SHA_A } });
        const other = object("c.jpg", { etag: "c" });
        const idsOf = () => tested.ledger.idsOf([{ bot: "default", content: SHA_A, kind: "photo" }]);
        expect(await beginRead(other, { evenIfKnown: true })).toEqual({ type: "under_way" });
        expect(await idsOf()).toEqual(["under_way"]);
        await tested.ledger.holdUnproved(first, confirmation(facts(copy), "x", { content: SHA_A }));
        expect([await beginRead(other), await idsOf()]).toEqual([{ type: "under_way" }, ["under_way"]]);
        await tested.ledger.discard(first, failure("no_rights", "x"));
        expect((await beginRead(other)).type).toBe("begun");
      });

      it("is about what it was taken for, where that is another hash", async () => {
        const stated = object("stated.jpg", { sha256: SHA_B });
        expect((await beginRead(stated)).type).toBe("begun");
        expect(await tested.sql("select sha256 from prewarm_attempts")).toEqual([{ sha256: SHA_B }]);
      });
    });

    it("ends each attempt once", async () => {
      const attempt = await tested.begin(object("a.jpg"));
      await tested.ledger.retry(attempt, failure("flood_wait", "wait"));
      await expect(tested.ledger.confirm(attempt, confirmation(facts(object("a.jpg")), "x"))).rejects.toThrow(
        /not under way/,
      );
      expect(await tested.status(P)).toBe("warming");
    });
  });
}
