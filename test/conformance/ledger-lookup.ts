import { describe, expect, it } from "vitest";
import { provisionalId } from "../../src/domain/content.ts";
import { etagOf } from "../helpers/etag.ts";
import { asDocument, type OpenLedger, object, SHA_A, SHA_B, TestedLedger } from "./tested-ledger.ts";

const store = (columns: string, values: string) =>
  `insert into media_store (bot_slug, kind, ${columns}) values ('default', 'photo', ${values})`;
const cache = (columns: string, values: string) =>
  `insert into media_cache (bot_slug, kind, sha256, ${columns}) values ('default', 'photo', '${SHA_A}', ${values})`;

/** How an object is recognised, and what state it is found in. */
export function lookupConformance(open: OpenLedger): void {
  describe("lookup", () => {
    const tested = new TestedLedger(open);

    it("knows nothing of a new object, and names the content id it would get", async () => {
      expect(await tested.find(object("a.jpg"))).toEqual({
        content: `etag:${etagOf("e-a.jpg")}:1000`,
        state: "none",
        keyKnown: false,
        stored: null,
        error: null,
      });
      expect((await tested.find(object("a.jpg", { sha256: SHA_A }))).content).toBe(SHA_A);
    });

    it("finds a warmed object ready, with all that is needed to send and to delete it", async () => {
      const id = await tested.warm(object("a.jpg"));
      expect(await tested.find(object("a.jpg"))).toMatchObject({
        state: "ready",
        keyKnown: true,
        stored: {
          fileId: id,
          fileUniqueId: `AQAD${id}`,
          chatId: "-1001",
          messageId: 7,
          kind: "photo",
          weak: false,
        },
      });
      expect((await tested.find(object("a.jpg"), "other")).state).toBe("none");
      expect((await tested.find(object("a.jpg"), "default", "document")).state).toBe("none");
    });

    it("finds a new key of known content ready, but not pointed there", async () => {
      await tested.warm(object("a.jpg", { etag: etagOf("same") }));
      expect(await tested.find(object("b.jpg", { etag: etagOf("same") }))).toMatchObject({
        state: "ready",
        keyKnown: false,
      });
    });

    it("sees by its ETag that an object has changed", async () => {
      await tested.warm(object("a.jpg"));
      expect(await tested.find(object("a.jpg", { etag: etagOf("new") }))).toMatchObject({
        content: `etag:${etagOf("new")}:1000`,
        state: "none",
        keyKnown: false,
      });
    });

    it.each([
      ["bare", "'tag'", "1"],
      ["quoted", `'"tag"'`, "1"],
      ["weak", `'W/"tag"'`, "1"],
      ["null, of the same size", "null", "1000"],
      ["null, of unknown size", "null", "null"],
    ])(
      "takes an object of the system before for unchanged when its stored ETag is %s",
      async (_, etag, bytes) => {
        await tested.sql(store("r2_key, r2_etag, bytes, sha256", `'a.jpg', ${etag}, ${bytes}, '${SHA_A}'`));
        await tested.sql(cache("status, tg_file_id, tg_file_unique_id", "'ready', 'old', 'AQADunique-id'"));
        expect(await tested.find(object("a.jpg", { etag: "tag" }))).toMatchObject({
          content: SHA_A,
          state: "ready",
          keyKnown: true,
        });
      },
    );

    it.each([
      ["another ETag", "'else'", "1000"],
      ["no ETag and another size", "null", "999"],
    ])("takes it for changed when it has %s", async (_, etag, bytes) => {
      await tested.sql(store("r2_key, r2_etag, bytes, sha256", `'a.jpg', ${etag}, ${bytes}, '${SHA_A}'`));
      await tested.sql(cache("status, tg_file_id", "'ready', 'old'"));
      expect(await tested.find(object("a.jpg", { etag: "tag" }))).toMatchObject({
        state: "none",
        keyKnown: false,
      });
    });

    it("warms a row in `warming` that has no attempt, and an object stored without a hash", async () => {
      await tested.sql(store("r2_key, r2_etag, bytes, sha256", `'a.jpg', 'tag', 1, '${SHA_A}'`));
      await tested.sql(store("r2_key, r2_etag, bytes", "'b.jpg', 'tag', 1"));
      await tested.sql(cache("status", "'warming'"));
      expect(await tested.find(object("a.jpg", { etag: "tag" }))).toMatchObject({
        state: "none",
        keyKnown: true,
      });
      expect(await tested.find(object("b.jpg", { etag: "tag" }))).toMatchObject({
        state: "none",
        keyKnown: false,
      });
    });

    it("takes an `error` row without a class for transient", async () => {
      await tested.sql(store("r2_key, r2_etag, bytes, sha256", `'a.jpg', 'tag', 1, '${SHA_A}'`));
      await tested.sql(cache("status, last_error", "'error', 'socket hang up'"));
      expect(await tested.find(object("a.jpg", { etag: "tag" }))).toMatchObject({
        state: "error",
        error: { class: "transient", reason: null, message: "socket hang up", settings: null },
      });
    });

    it.each([
      [null, "weak"],
      ["short", "weak"],
      ["ten-chars-", "weak"],
      ["eleven-char", "ready"],
    ])("judges a row without a flag by its file_unique_id: %s is %s", async (uniqueId, state) => {
      const value = uniqueId === null ? "null" : `'${uniqueId}'`;
      await tested.sql(store("r2_key, r2_etag, bytes, sha256", `'a.jpg', 'tag', 1, '${SHA_A}'`));
      await tested.sql(cache("status, tg_file_id, tg_file_unique_id", `'ready', 'old', ${value}`));
      expect((await tested.find(object("a.jpg", { etag: "tag" }))).state).toBe(state);
    });

    it("gives the id of content by its hash alone, also where it stands under `document`, and none of what failed", async () => {
      const idsOf = (...contents: readonly string[]) =>
        tested.ledger.idsOf(contents.map((content) => ({ bot: "default", content, kind: "photo" })));
      await tested.warm(object("a.jpg"), { confirmed: { content: SHA_A } });
      await tested.warm(object("b.jpg", { etag: "b" }), {
        confirmed: { ...asDocument("doc"), content: SHA_B },
      });
      const { stored } = await tested.find(object("a.jpg"));
      const document = { fileId: "doc", kind: "document", weak: true };
      expect(await idsOf(SHA_B, "nothing", SHA_A)).toMatchObject([document, null, stored]);
      const others = [
        { bot: "default", content: SHA_A, kind: "video" },
        { bot: "two", content: SHA_A, kind: "photo" },
      ] as const;
      expect(await tested.ledger.idsOf(others)).toEqual([null, null]);
      await tested.sql("update media_cache set status = 'error', error_reason = 'file_too_big'");
      expect(await idsOf(SHA_A)).toEqual([null]);
      await tested.sql("update media_cache set status = 'unknown', tg_file_id = null");
      expect(await idsOf(SHA_A, "nothing")).toEqual(["looked_for", null]);
    });

    it("gives it also by the name that content had before its hash was known, and none while that is not", async () => {
      const ofName = (key: string) => {
        const content = provisionalId(object(key, { etag: key }));
        return tested.ledger.idsOf([{ bot: "default", content, kind: "photo" }]);
      };
      await tested.warm(object("a.jpg", { etag: "a.jpg" }), { confirmed: { content: SHA_A } });
      await tested.warm(object("b.jpg", { etag: "b.jpg" }));
      expect(await ofName("a.jpg")).toMatchObject([{ kind: "photo" }]);
      expect(await ofName("b.jpg")).toEqual([null]);
    });

    it("calls a photo weak whose id stands under `document`, and a row that is flagged", async () => {
      await tested.warm(object("a.jpg"), { confirmed: asDocument("doc") });
      expect(await tested.find(object("a.jpg"))).toMatchObject({
        state: "weak",
        stored: { fileId: "doc", kind: "document", weak: true },
        error: { class: "media", reason: "came_back_as_document" },
      });
      const stored = {
        fileId: "anim",
        fileUniqueId: "AQADlong-enough",
        chatId: "-1",
        messageId: 1,
        kind: "video",
        weak: true,
      } as const;
      await tested.warm(object("b.mp4"), { kind: "video", confirmed: { stored } });
      expect((await tested.find(object("b.mp4"), "default", "video")).state).toBe("weak");
    });

    it("finds an object whose hash is given where it stands under its ETag", async () => {
      const id = await tested.warm(object("a.jpg"));
      expect(await tested.find(object("a.jpg", { sha256: SHA_A }))).toMatchObject({
        content: `etag:${etagOf("e-a.jpg")}:1000`,
        state: "ready",
        keyKnown: true,
        stored: { fileId: id },
      });
      await tested.warm(object("a.jpg", { sha256: SHA_A }), {
        bot: "other",
        confirmed: { bots: ["default", "other"] },
      });
      expect(await tested.find(object("a.jpg", { sha256: SHA_A }))).toMatchObject({
        content: SHA_A,
        state: "ready",
      });
      expect(await tested.readerFinds("a.jpg")).toBe(id);
    });

    it("learns nothing about other keys from content whose ETag is weak", async () => {
      const etag = etagOf("same");
      const weak = object("weak.jpg", { etag: `W/${etag}` });
      await tested.warm(weak, { confirmed: { content: SHA_A } });
      expect(await tested.find(object("b.jpg", { etag }))).toMatchObject({ state: "none" });
      for (const known of [weak, object("weak.jpg", { etag })])
        expect(await tested.find(known)).toMatchObject({ state: "ready", content: SHA_A, keyKnown: true });
    });

    it("does not find content by an ETag that it has seen with another size, nor by one that names none", async () => {
      const [etag, odd] = [etagOf("same"), "67c8f1a2-1f4"];
      await tested.warm(object("a.jpg", { etag }));
      await tested.warm(object("odd.jpg", { etag: odd }));
      expect(await tested.find(object("b.jpg", { etag }))).toMatchObject({ state: "ready" });
      expect(await tested.find(object("b.jpg", { etag: odd }))).toMatchObject({ state: "none" });
      await tested.warm(object("long.jpg", { etag, bytes: 2000 }), { confirmed: { content: SHA_A } });
      expect(await tested.find(object("b.jpg", { etag }))).toMatchObject({
        state: "none",
        manySizes: true,
        content: `key:${etag}:1000:b.jpg`,
      });
      for (const known of [object("a.jpg", { etag }), object("odd.jpg", { etag: odd })])
        expect(await tested.find(known), known.key).toMatchObject({ state: "ready", keyKnown: true });
    });

    it("says of what is ready too that its ETag has two sizes, where it is to be sent again", async () => {
      const etag = etagOf("same");
      const [a, long] = [object("a.jpg", { etag }), object("long.jpg", { etag, bytes: 2000 })];
      await tested.warm(a);
      await tested.warm(long, { confirmed: { content: SHA_A } });
      const page = [a, long].map((entry) => ({ bot: "default", kind: "photo" as const, entry }));
      expect(await tested.ledger.lookup(page, true)).toMatchObject([
        { state: "ready", keyKnown: true, manySizes: true },
        { state: "ready", keyKnown: true, manySizes: true, content: SHA_A },
      ]);
    });

    it("finds the copy of an object whose hash became known by its ETag and size", async () => {
      await tested.warm(object("a.jpg", { etag: etagOf("same") }), { confirmed: { content: SHA_A } });
      expect(await tested.find(object("b.jpg", { etag: etagOf("same") }))).toMatchObject({
        content: SHA_A,
        state: "ready",
        keyKnown: false,
      });
    });

    it("believes the hash that is given more than the one that is stored", async () => {
      await tested.warm(object("a.jpg", { sha256: SHA_A }));
      expect(await tested.find(object("a.jpg", { sha256: SHA_B }))).toMatchObject({
        content: SHA_B,
        state: "none",
      });
    });

    it("answers a page of several bots and kinds in its order, with keys that need escaping", async () => {
      const odd = `it's "100%"_\\ ü 😀.jpg`;
      const entries = Array.from({ length: 1200 }, (_, i) => object(i === 7 ? odd : `k${i}.jpg`));
      const warmed = new Map<number, string>();
      for (const i of [0, 7, 600, 1199]) {
        const bot = i % 2 ? "two" : "one";
        warmed.set(i, await tested.warm(entries[i] ?? object("?"), { bot, fileId: `id-${i}` }));
      }
      const page = entries.flatMap((entry) =>
        ["one", "two"].map((bot) => ({ bot, kind: "photo" as const, entry })),
      );
      const found = await tested.ledger.lookup(page);
      const ready = found.flatMap(({ stored }, i) =>
        stored ? [[page[i]?.entry.key, page[i]?.bot, stored.fileId]] : [],
      );
      expect(found).toHaveLength(2400);
      expect(ready).toEqual([...warmed].map(([i, id]) => [entries[i]?.key, i % 2 ? "two" : "one", id]));
      expect(await tested.ledger.lookup([])).toEqual([]);
    });
  });
}
