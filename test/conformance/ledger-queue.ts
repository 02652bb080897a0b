import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/domain/entry.ts";
import { type OpenLedger, TestedLedger } from "./tested-ledger.ts";

/** What was asked for by name. */
export function queueConformance(open: OpenLedger): void {
  describe("the queue", () => {
    const tested = new TestedLedger(open);
    const waiting = async (after = 0) => (await tested.ledger.queued(after)).map(({ entry }) => entry);

    it("keeps what is enqueued, as it is said and in its order, until it is taken out", async () => {
      const entries: Entry[] = [
        { key: "b.jpg", priority: 3, title: 'Käse\'s "best"' },
        { key: "a.jpg", bot: "two", kind: "document", bytes: 7, etag: "e", duration: 1.5 },
      ];
      expect(await tested.ledger.enqueue(entries)).toEqual({ accepted: 2, duplicates: 0 });
      const queued = await tested.ledger.queued(0);
      expect(queued.map(({ entry }) => entry)).toEqual(entries);
      await tested.ledger.dequeue([queued[0]?.id ?? 0, 99]);
      expect(await waiting()).toEqual(entries.slice(1));
      expect(await tested.sql("select r2_key, bot_slug, kind, created_at from prewarm_queue")).toEqual([
        { r2_key: "a.jpg", bot_slug: "two", kind: "document", created_at: "2026-01-31 12:30:05" },
      ]);
    });

    it("writes what waits already once, told apart by key, bot and kind, also within one request", async () => {
      const a = { key: "a.jpg" };
      const others: Entry[] = [
        { ...a, bot: "two" },
        { ...a, kind: "document" },
        { ...a, bot: "two", kind: "document" },
        { key: "b.jpg" },
      ];
      expect(await tested.ledger.enqueue([a, a, ...others])).toEqual({ accepted: 5, duplicates: 1 });
      expect(await tested.ledger.enqueue([...others, a])).toEqual({ accepted: 0, duplicates: 5 });
      expect(await waiting()).toEqual([a, ...others]);
    });

    it("takes the word of the newer one, shows it to whoever read the older, and counts it as waiting since then", async () => {
      await tested.ledger.enqueue([{ key: "a.jpg", etag: "old", priority: 1 }, { key: "b.jpg" }]);
      const last = (await tested.ledger.queued(0)).at(-1)?.id ?? 0;
      tested.now += 60_000;
      const newer = { key: "a.jpg", etag: "new" };
      expect(await tested.ledger.enqueue([newer])).toEqual({ accepted: 0, duplicates: 1 });
      expect(await waiting(last)).toEqual([newer]);
      expect(await waiting()).toEqual([{ key: "b.jpg" }, newer]);
      expect(await tested.sql("select distinct created_at from prewarm_queue")).toEqual([
        { created_at: "2026-01-31 12:30:05" },
      ]);
    });

    it("never uses an id twice, so that a reader who goes on from the last misses nothing", async () => {
      await tested.ledger.enqueue([{ key: "a.jpg" }]);
      const [first] = await tested.ledger.queued(0);
      await tested.ledger.dequeue([first?.id ?? 0]);
      await tested.ledger.enqueue([{ key: "b.jpg" }]);
      expect(await waiting(first?.id)).toEqual([{ key: "b.jpg" }]);
    });

    it("hands out pages of 1,000", async () => {
      const entries = Array.from({ length: 2_001 }, (_, i) => ({ key: `${i}.jpg` }));
      expect(await tested.ledger.enqueue(entries)).toEqual({ accepted: 2_001, duplicates: 0 });
      const sizes = [];
      for (let after = 0; ; ) {
        const page = await tested.ledger.queued(after);
        sizes.push(page.length);
        const last = page.at(-1);
        if (!last) break;
        after = last.id;
      }
      expect(sizes).toEqual([1_000, 1_000, 1, 0]);
    });
  });
}
