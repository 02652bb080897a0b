import { describe, expect, it } from "vitest";
import { provisionalId } from "../../src/domain/content.ts";
import { failure } from "../../src/domain/failure.ts";
import type { KnownEntry } from "../../src/domain/task.ts";
import type { Learned } from "../../src/ledgers/reported.ts";
import { asDocument, confirmation, facts, type OpenLedger, object, TestedLedger } from "./tested-ledger.ts";

/** What bots report: ids that they learned, and ids that are dead. */
export function reportedConformance(open: OpenLedger): void {
  describe("a key whose object is gone", () => {
    const tested = new TestedLedger(open);
    const a = object("a.jpg");
    const contentOf = async (key: string) => {
      const [row] = await tested.sql(`select sha256 from media_store where r2_key = '${key}'`);
      return String(row?.sha256);
    };

    it("is found by nobody, and keeps its row and the id of its content, so that nothing is sent when it comes back", async () => {
      const id = await tested.warm(a);
      const gone = { key: "a.jpg", content: await contentOf("a.jpg") };
      expect(await tested.ledger.forget(gone)).toBe(true);
      expect(await tested.readerFinds("a.jpg")).toBeNull();
      expect(await tested.sql("select r2_key, sha256 from media_store")).toEqual([
        { r2_key: "a.jpg", sha256: null },
      ]);
      expect(await tested.find(a)).toMatchObject({ state: "ready", keyKnown: false, stored: { fileId: id } });
      expect(await tested.ledger.warming(["default"])).toEqual([]);
      expect(await tested.ledger.forget(gone)).toBe(false);
    });

    it("is left alone once it points at other content", async () => {
      const id = await tested.warm(a);
      expect(await tested.ledger.forget({ key: "a.jpg", content: "other" })).toBe(false);
      expect(await tested.ledger.forget({ key: "b.jpg", content: await contentOf("a.jpg") })).toBe(false);
      expect(await tested.readerFinds("a.jpg")).toBe(id);
    });
  });

  describe("a dead id", () => {
    const tested = new TestedLedger(open);
    const a = object("a.jpg");
    const dies = (key: string, fileId: string, bot = "default") =>
      tested.ledger.markDead({ bot, key, fileId });
    const row = async () => {
      const rows = await tested.sql("select status, tg_file_id, dead_at from media_cache");
      return rows[0];
    };

    it("keeps its row ready, is not found by readers, and its object is warmed as if it had none", async () => {
      const id = await tested.warm(a);
      await dies("a.jpg", id);
      expect(await row()).toEqual({ status: "ready", tg_file_id: id, dead_at: "2026-01-31 12:30:05" });
      expect(await tested.readerFinds("a.jpg")).toBeNull();
      expect(await tested.find(a)).toMatchObject({ state: "none", stored: null, error: null });
      expect(await tested.ledger.warming(["default"])).toMatchObject([{ bot: "default", entry: a }]);
    });

    it("gives way to the id that is confirmed next", async () => {
      await dies("a.jpg", await tested.warm(a));
      const id = await tested.warm(a, { fileId: "second" });
      expect(await row()).toEqual({ status: "ready", tg_file_id: id, dead_at: null });
      expect(await tested.readerFinds("a.jpg")).toBe("second");
      expect((await tested.find(a)).state).toBe("ready");
    });

    it("is not sent again unasked when warming it anew ended in doubt, also by the death of its process", async () => {
      await dies("a.jpg", await tested.warm(a));
      await tested.doubts(a);
      expect((await tested.find(a)).state).toBe("unknown");
      const b = object("b.jpg");
      await dies("b.jpg", await tested.warm(b));
      await tested.begin(b);
      await tested.recover();
      expect((await tested.find(b)).state).toBe("unknown");
    });

    it("leaves its row as failed when warming it anew fails, and a worker to wait", async () => {
      await dies("a.jpg", await tested.warm(a));
      await tested.fails(a, failure("photo_dimensions", "too long"));
      expect(await tested.find(a)).toMatchObject({ state: "error", error: { reason: "photo_dimensions" } });
      const b = object("b.jpg");
      await dies("b.jpg", await tested.warm(b));
      await tested.ledger.refuse(
        { bot: "default", kind: "photo", key: "b.jpg" },
        failure("r2_unavailable", "no"),
      );
      expect(await tested.ledger.warming(["default"])).toEqual([]);
    });

    it("is that of one bot and key alone, and only while they still have it", async () => {
      const id = await tested.warm(a);
      await dies("a.jpg", id, "two");
      await dies("b.jpg", id);
      await dies("a.jpg", "another");
      expect(await tested.readerFinds("a.jpg")).toBe(id);
      const served = (key: string, fileId: string) => tested.ledger.isServed({ bot: "default", key, fileId });
      expect(await served("a.jpg", id)).toBe(true);
      expect(await served("a.jpg", "another")).toBe(false);
      await dies("a.jpg", id);
      expect(await served("a.jpg", id)).toBe(false);
    });

    it("makes a photo whose id stood as a document one to be warmed", async () => {
      await tested.warm(a, { confirmed: asDocument("doc") });
      expect((await tested.find(a)).state).toBe("weak");
      await dies("a.jpg", "doc");
      expect((await tested.find(a)).state).toBe("none");
      await tested.warm(a, { confirmed: asDocument("doc2") });
      expect(await tested.find(a)).toMatchObject({ state: "weak", stored: { fileId: "doc2" } });
    });

    it("lets its key go on to new content, which somebody else has not got yet", async () => {
      const id = await tested.warm(a);
      await tested.warm(a, { bot: "two" });
      const changed = { ...a, etag: "0".repeat(31).concat("1"), bytes: 7 };
      await tested.warm(changed, { bot: "two", confirmed: { bots: ["default", "two"] } });
      expect((await tested.find(changed, "two")).keyKnown).toBe(false);
      await dies("a.jpg", id);
      await tested.warm(changed, { bot: "two", confirmed: { bots: ["default", "two"], replace: true } });
      expect((await tested.find(changed, "two")).keyKnown).toBe(true);
    });
  });

  describe("an id that a bot learned", () => {
    const tested = new TestedLedger(open);
    const a = object("a.jpg");
    const learned = (entry: KnownEntry, fileId: string, more: Partial<Learned> = {}): Learned => {
      const { stored } = confirmation(facts(entry), fileId);
      return {
        bot: "default",
        kind: "photo",
        entry,
        content: provisionalId(entry),
        stored: { ...stored, chatId: null, messageId: null },
        asked: null,
        weakness: null,
        bots: ["default"],
        ...more,
      };
    };

    it("is found like one that was warmed, without an attempt", async () => {
      expect(await tested.ledger.learn(learned(a, "own"))).toBe(true);
      expect(await tested.readerFinds("a.jpg")).toBe("own");
      expect(await tested.find(a)).toMatchObject({ state: "ready", keyKnown: true });
      expect(await tested.sql("select * from prewarm_attempts")).toEqual([]);
    });

    it("changes nothing where there is one that works, so that to take it over twice is to take it over once", async () => {
      const id = await tested.warm(a);
      expect(await tested.ledger.learn(learned(a, "own"))).toBe(false);
      expect(await tested.readerFinds("a.jpg")).toBe(id);
    });

    it("takes the place of a dead one, of a failure, and of a doubt", async () => {
      await tested.ledger.markDead({ bot: "default", key: "a.jpg", fileId: await tested.warm(a) });
      const [failed, lost] = [object("b.jpg"), object("c.jpg")];
      await tested.fails(failed);
      await tested.doubts(lost);
      for (const entry of [a, failed, lost]) {
        expect(await tested.ledger.learn(learned(entry, `own-${entry.key}`))).toBe(true);
        expect(await tested.readerFinds(entry.key)).toBe(`own-${entry.key}`);
      }
    });

    it("stands under the kind that it has, beside the failure of the one that was asked for", async () => {
      const { asked = null } = asDocument("doc");
      const stored = { ...learned(a, "doc").stored, kind: "document" as const, weak: true };
      expect(await tested.ledger.learn(learned(a, "doc", { stored, asked }))).toBe(true);
      expect(await tested.find(a)).toMatchObject({ state: "weak", stored: { fileId: "doc" } });
      expect(await tested.ledger.learn(learned(a, "again", { stored, asked }))).toBe(false);
    });
  });
}
