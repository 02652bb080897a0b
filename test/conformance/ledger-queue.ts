import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/domain/entry.ts";
import { failure } from "../../src/domain/failure.ts";
import { facts, type OpenLedger, object, TestedLedger } from "./tested-ledger.ts";

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

    it("keeps what an entry says when it is asked for again, and that it was when it is named once more", async () => {
      const one = { key: "a.jpg", bot: "default", kind: "photo", title: "A" } as const;
      const again = { key: "a.jpg", bot: "default", kind: "photo", again: true } as const;
      await tested.ledger.enqueue([one]);
      expect(await tested.ledger.enqueue([again])).toEqual({ accepted: 0, duplicates: 1 });
      expect(await waiting()).toEqual([{ ...one, again: true }]);
      expect(await tested.ledger.enqueue([{ ...one, title: "B" }])).toEqual({ accepted: 0, duplicates: 1 });
      expect(await waiting()).toEqual([{ ...one, title: "B", again: true }]);
    });

    it.each([
      ["in doubt", () => tested.doubts(object("a.jpg"))],
      ["with a failure", () => tested.fails(object("a.jpg"))],
      ["before its call", () => tested.ledger.fail(null, facts(object("a.jpg")), failure("file_empty", "!"))],
      ["with an id", () => tested.warm(object("a.jpg"))],
      [
        "with the process",
        async () => {
          await tested.begin(object("a.jpg"));
          await tested.recover();
        },
      ],
    ])(
      "lets go of what was asked for again with the attempt that ends %s, and of nothing else",
      async (_, end) => {
        const row = { key: "a.jpg", bot: "default", kind: "photo" } as const;
        const others: Entry[] = [
          { key: "a.jpg" },
          { ...row, kind: "document", again: true },
          { ...row, bot: "two", again: true },
          { ...row, key: "b.jpg", again: true },
        ];
        await tested.ledger.enqueue([...others, { ...row, again: true }]);
        await end();
        expect(await waiting()).toEqual(others);
      },
    );

    it("keeps what was asked for again while its attempt goes on with another", async () => {
      const again = { key: "a.jpg", bot: "default", kind: "photo", again: true } as const;
      await tested.ledger.enqueue([again]);
      await tested.ledger.retry(await tested.begin(object("a.jpg")), failure("connect_failed", "!"));
      await tested.recover();
      expect(await waiting()).toEqual([again]);
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
