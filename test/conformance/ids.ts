import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IdReport, Ids } from "../../src/ids/port.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { asDocument, confirmation, facts, object } from "./tested-ledger.ts";

/** A place of ids, and the process that holds its ledger. */
export interface IdsUnderTest {
  readonly ids: Ids;
  readonly ledger: Ledger;
  /** Another bot at the same place; `bot` is the slug that it was opened with. */
  another(bot?: string): Ids;
  /** Closes everything and leaves nothing behind. */
  dispose(): Promise<void>;
}

/** What every place of ids promises; `open` gives one with an empty ledger for each test. */
export function idsConformance(name: string, open: () => Promise<IdsUnderTest>): void {
  describe(`the ids of ${name}`, () => {
    let under: IdsUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.dispose());

    const warm = async (
      key: string,
      fileId: string,
      more: Partial<Parameters<typeof confirmation>[2]> & { bot?: string; kind?: "photo" | "document" } = {},
    ) => {
      const { bot = "default", kind = "photo", ...confirmed } = more;
      const asked = facts(object(key), { bot, kind });
      await under.ledger.confirm(await under.ledger.begin(asked), confirmation(asked, fileId, confirmed));
    };
    const found = async (key: string, query = {}) => (await under.ids.fileId({ key, ...query }))?.fileId;
    const report = (key: string, fileId: string, more: Partial<IdReport> = {}): IdReport => ({
      type: "learned",
      key,
      kind: "photo",
      fileId,
      fileUniqueId: "AQADunique-id",
      etag: "e",
      bytes: 5,
      ...more,
    });

    it("are there as soon as they are confirmed, and not before", async () => {
      expect(await under.ids.fileId({ key: "a.jpg" })).toBeNull();
      await under.ledger.begin(facts(object("a.jpg")));
      expect(await under.ids.fileId({ key: "a.jpg" })).toBeNull();
      await warm("b.jpg", "b1");
      expect(await under.ids.fileId({ key: "b.jpg" })).toEqual({ fileId: "b1", kind: "photo", weak: false });
    });

    it("are those of the bot that is named, else of the only one there is, else of `default`", async () => {
      await warm("a.jpg", "shop's", { bot: "shop" });
      expect(await found("a.jpg")).toBe("shop's");
      expect(await found("a.jpg", { bot: "news" })).toBeUndefined();
      await warm("a.jpg", "news'", { bot: "news" });
      expect(await found("a.jpg")).toBeUndefined();
      await warm("a.jpg", "default's");
      expect(await found("a.jpg")).toBe("default's");
      const shop = under.another("shop");
      expect((await shop.fileId({ key: "a.jpg" }))?.fileId).toBe("shop's");
      expect((await shop.fileId({ key: "a.jpg", bot: "news" }))?.fileId).toBe("news'");
    });

    it("are of the kind that is asked for, else of the extension's, else not weak, else any", async () => {
      await warm("a.jpg", "file", { kind: "document" });
      expect(await found("a.jpg")).toBe("file");
      expect(await found("a.jpg", { kind: "photo" })).toBeUndefined();
      await warm("a.jpg", "photo");
      expect(await found("a.jpg")).toBe("photo");
      expect(await found("a.jpg", { kind: "document" })).toBe("file");
      const weak = (kind: "photo" | "document", fileId: string) => ({
        kind,
        stored: { ...confirmation(facts(object("b")), fileId).stored, kind, weak: true },
      });
      await warm("b.mp3", "weak", weak("photo", "weak"));
      expect(await under.ids.fileId({ key: "b.mp3" })).toMatchObject({ fileId: "weak", weak: true });
      await warm("b.mp3", "good", { kind: "document" });
      expect(await found("b.mp3")).toBe("good");
    });

    it("of a photo that came back as a document are those of the document, by which it is sent", async () => {
      await warm("a.jpg", "doc", asDocument("doc"));
      const doc = { fileId: "doc", kind: "document", weak: true };
      expect(await under.ids.fileId({ key: "a.jpg" })).toEqual(doc);
      expect(await under.ids.fileId({ key: "a.jpg", kind: "photo" })).toEqual(doc);
    });

    it("that are dead are left out", async () => {
      await warm("a.jpg", "a1");
      await under.ledger.markDead({ bot: "default", key: "a.jpg", fileId: "a1" });
      expect(await found("a.jpg")).toBeUndefined();
      await warm("a.jpg", "a2");
      expect(await found("a.jpg")).toBe("a2");
    });

    it("come in the order of the queries, many at once", async () => {
      for (let i = 0; i < 5; i++) await warm(`${i}.jpg`, `id-${i}`);
      const queries = Array.from({ length: 250 }, (_, i) =>
        i % 2 ? `${i % 7}.jpg` : { key: `${i % 7}.jpg` },
      );
      const expected = queries.map((_, i) => (i % 7 < 5 ? `id-${i % 7}` : null));
      expect((await under.ids.fileIds(queries)).map((id) => id?.fileId ?? null)).toEqual(expected);
      expect(await under.ids.fileIds([])).toEqual([]);
    });

    it("have what one bot learned for the others at once, and keep the first of two", async () => {
      const other = under.another();
      await other.report(report("a.jpg", "first"));
      expect(await under.ids.fileId({ key: "a.jpg" })).toEqual({
        fileId: "first",
        kind: "photo",
        weak: false,
      });
      await under.ids.report(report("a.jpg", "second"));
      for (const ids of [under.ids, other])
        expect((await ids.fileId({ key: "a.jpg" }))?.fileId).toBe("first");
      expect(await found("a.jpg", { bot: "news" })).toBeUndefined();
    });

    it("have a later one for an object that is another by now", async () => {
      await under.ids.report(report("a.jpg", "old", { etag: "e1" }));
      await under.ids.report(report("a.jpg", "new", { etag: "e2" }));
      expect(await found("a.jpg")).toBe("new");
    });

    it("have what was learned under the kind that came back", async () => {
      await under.ids.report(report("a.jpg", "doc", { storedKind: "document" }));
      const doc = { fileId: "doc", kind: "document", weak: true };
      expect(await under.ids.fileId({ key: "a.jpg" })).toEqual(doc);
      expect(await under.ids.fileId({ key: "a.jpg", kind: "photo" })).toEqual(doc);
      await under.ids.report(report("b.mp4", "gif", { kind: "video", storedKind: "animation" }));
      expect(await under.ids.fileId({ key: "b.mp4" })).toEqual({ fileId: "gif", kind: "video", weak: true });
      await under.ids.report(report("c.jpg", "short", { fileUniqueId: "short" }));
      expect((await under.ids.fileId({ key: "c.jpg" }))?.weak).toBe(true);
    });

    it("of the ledger stay before those that bots learned, unless one was found dead", async () => {
      await warm("a.jpg", "warm");
      await under.ids.report(report("a.jpg", "own"));
      expect(await found("a.jpg")).toBe("warm");
      await under.ids.report(report("a.jpg", "warm", { type: "dead" }));
      expect(await found("a.jpg")).toBe("own");
    });

    it("stay on the word of a bot alone, until Telegram was asked", async () => {
      await warm("a.jpg", "warm");
      await under.ids.report(report("a.jpg", "warm", { type: "dead" }));
      expect(await found("a.jpg")).toBe("warm");
    });

    it("that a bot learned go with the word of another, which makes room for the next", async () => {
      await under.ids.report(report("a.jpg", "bad"));
      await under.another().report(report("a.jpg", "bad", { type: "dead" }));
      expect(await found("a.jpg")).toBeUndefined();
      await under.ids.report(report("a.jpg", "good"));
      expect(await found("a.jpg")).toBe("good");
    });

    it("take any text for a key, and a report that nothing can be made of in silence", async () => {
      for (const key of ["", "a'; drop table media_cache; --", "b\u0000c", "пример.jpg", "x".repeat(5_000)])
        expect(await under.ids.fileId({ key })).toBeNull();
      await under.ids.report(report("x".repeat(5_000), "id"));
      await under.ids.report(report("", "id"));
      await under.ids.report(report("пример.jpg", "own"));
      expect(await found("пример.jpg")).toBe("own");
    });
  });
}
