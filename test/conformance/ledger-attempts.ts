import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { Bench, confirmation, facts, type OpenLedger, object } from "./ledger-kit.ts";

const P = "etag:e-a.jpg:1000";

/** What an attempt writes from its beginning to its end. */
export function attemptConformance(open: OpenLedger): void {
  describe("attempts", () => {
    const bench = new Bench(open);

    it("writes down what is about to be sent, and by whom", async () => {
      await bench.begin(object("dir/a.jpg", { mime: "image/jpeg", width: 4, height: 3 }));
      expect(
        await bench.sql(
          "select bot_slug, sha256, kind, r2_key, r2_etag, bytes, warmup_chat_id, attempt, state, started_at, ended_at from prewarm_attempts",
        ),
      ).toEqual([
        {
          bot_slug: "default",
          sha256: "etag:e-dir/a.jpg:1000",
          kind: "photo",
          r2_key: "dir/a.jpg",
          r2_etag: "e-dir/a.jpg",
          bytes: 1000,
          warmup_chat_id: "-1001",
          attempt: 1,
          state: "sending",
          started_at: "2026-01-31 12:30:05",
          ended_at: null,
        },
      ]);
      expect(
        await bench.sql("select bot_slug, kind, r2_key, ext, mime, width, height from media_store"),
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
      expect(await bench.status("etag:e-dir/a.jpg:1000")).toBe("warming");
    });

    it("keeps a ready id, and the key of a changed object, while another is on its way, whatever becomes of it", async () => {
      const id = await bench.warm(object("a.jpg"));
      const changed = object("a.jpg", { etag: "new" });
      await bench.doubts(object("a.jpg"));
      await bench.fails(object("a.jpg"));
      await bench.doubts(changed);
      await bench.fails(changed);
      await bench.begin(object("a.jpg"));
      await bench.begin(changed);
      expect(await bench.ledger.recover()).toBe(2);
      expect(await bench.readerFinds("a.jpg")).toBe(id);
      expect((await bench.find(object("a.jpg"))).state).toBe("ready");
      expect((await bench.find(changed)).state).toBe("unknown");
      expect(
        await bench.sql("select state, attempt from prewarm_attempts where sha256 like 'etag:e-%'"),
      ).toEqual([
        { state: "ready", attempt: 1 },
        { state: "unknown", attempt: 2 },
        { state: "failed", attempt: 3 },
        { state: "unknown", attempt: 4 },
      ]);
    });

    it("leaves the row as it is when another try follows", async () => {
      const attempt = await bench.begin(object("a.jpg"));
      await bench.ledger.retry(attempt, failure("flood_wait", "wait", { code: 429 }));
      expect(await bench.status(P)).toBe("warming");
      expect((await bench.find(object("a.jpg"))).state).toBe("none");
      expect(
        await bench.sql("select state, error_class, error_reason, error_code from prewarm_attempts"),
      ).toEqual([{ state: "retry", error_class: "flood", error_reason: "flood_wait", error_code: 429 }]);
    });

    it("keeps why and under which settings an item failed, and forgets it once it is warmed", async () => {
      await bench.fails(object("a.jpg"), failure("photo_dimensions", "too long", { code: 400 }));
      await bench.fails(object("a.jpg"));
      expect(await bench.find(object("a.jpg"))).toMatchObject({
        state: "error",
        error: { class: "media", reason: "photo_dimensions", message: "too long", settings: "s1" },
      });
      expect(
        await bench.sql(
          "select retry_count, last_retry_at, next_retry_at from media_cache where status = 'error'",
        ),
      ).toEqual([{ retry_count: 2, last_retry_at: "2026-01-31 12:30:05", next_retry_at: null }]);
      await bench.warm(object("a.jpg"));
      expect(await bench.find(object("a.jpg"))).toMatchObject({ state: "ready", error: null });
      expect(await bench.sql("select last_error, error_class, retry_count from media_cache")).toEqual([
        { last_error: null, error_class: null, retry_count: 0 },
      ]);
    });

    it("takes an item that failed before any call", async () => {
      await bench.ledger.fail(null, facts(object("a.jpg")), failure("file_too_big", "60 MB"));
      expect(await bench.find(object("a.jpg"))).toMatchObject({
        state: "error",
        error: { reason: "file_too_big" },
      });
      expect(await bench.sql("select state, ended_at from prewarm_attempts")).toEqual([
        { state: "failed", ended_at: "2026-01-31 12:30:05" },
      ]);
    });

    it("calls an attempt unknown that may have posted, and what a dead process left", async () => {
      await bench.doubts(object("a.jpg"));
      await bench.begin(object("b.jpg"));
      expect(await bench.ledger.recover()).toBe(1);
      expect(await bench.ledger.recover()).toBe(0);
      expect(await bench.find(object("a.jpg"))).toMatchObject({
        state: "unknown",
        error: { reason: "answer_lost" },
      });
      expect(await bench.find(object("b.jpg"))).toMatchObject({
        state: "unknown",
        error: { class: "in_doubt", reason: "process_died" },
      });
      expect(await bench.sql("select distinct state from prewarm_attempts")).toEqual([{ state: "unknown" }]);
    });

    it("refuses one write without the others that are asked for with it", async () => {
      const attempt = await bench.begin(object("a.jpg"));
      const why = failure("flood_wait", "wait");
      const outcomes = await Promise.allSettled([
        bench.begin(object("b.jpg")),
        bench.ledger.retry(attempt, why),
        bench.ledger.retry(attempt, why),
        bench.begin(object("c.jpg")),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        "fulfilled",
        "fulfilled",
        "rejected",
        "fulfilled",
      ]);
      expect(await bench.sql("select r2_key, state, attempt from prewarm_attempts order by r2_key")).toEqual([
        { r2_key: "a.jpg", state: "retry", attempt: 1 },
        { r2_key: "b.jpg", state: "sending", attempt: 1 },
        { r2_key: "c.jpg", state: "sending", attempt: 1 },
      ]);
    });

    it("ends each attempt once", async () => {
      const attempt = await bench.begin(object("a.jpg"));
      await bench.ledger.retry(attempt, failure("flood_wait", "wait"));
      await expect(bench.ledger.confirm(attempt, confirmation(facts(object("a.jpg")), "x"))).rejects.toThrow(
        /not under way/,
      );
      expect(await bench.status(P)).toBe("warming");
    });
  });
}
