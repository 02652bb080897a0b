import { expect, it } from "vitest";
import type { Entry, SourceItem } from "../../src/domain/entry.ts";
import type { MediaKind } from "../../src/domain/media.ts";
import type { Selected } from "../../src/ledgers/port.ts";
import { cutTo, ledgerSource } from "../../src/sources/ledger-rows.ts";
import { filterOf, pagesOf } from "./collect.ts";

const everything = filterOf({ include: [], exclude: [] });

async function* pages<T>(...all: T[][]): AsyncGenerator<T[]> {
  yield* all;
}

const row = (key: string, bot: string, more: Partial<Entry> = {}): Selected => ({
  bot,
  kind: "photo",
  entry: { key, etag: `etag-${key}`, bytes: 5, ...more },
});
const item = (entry: Entry): SourceItem => ({ type: "entry", entry });
const seen = (entry: Entry): SourceItem => item({ ...entry, seen: true });
const BAD: SourceItem = {
  type: "bad",
  where: "list:2",
  failure: { class: "config", reason: "manifest_line", message: "list:2: is not valid JSON" },
};

it("gives the pages of the ledger, each row with its bot and kind, without keys that the filter turns away", async () => {
  const rows = pages(
    [row("a.jpg", "one"), row("b.txt", "one")],
    [row("c.txt", "one")],
    [row("d.jpg", "two")],
  );
  expect(await pagesOf(ledgerSource(rows, filterOf({ include: ["*.jpg"], exclude: [] })))).toEqual([
    [seen({ key: "a.jpg", etag: "etag-a.jpg", bytes: 5, kind: "photo", bot: "one" })],
    [],
    [seen({ key: "d.jpg", etag: "etag-d.jpg", bytes: 5, kind: "photo", bot: "two" })],
  ]);
});

it("says of a SHA-256 that the ledger has it, so that it is not taken for one that somebody states", async () => {
  const sha256 = "a".repeat(64);
  const kept = await pagesOf(ledgerSource(pages([row("a", "one", { sha256 })]), everything));
  expect(kept).toMatchObject([[{ entry: { key: "a", sha256, hashKept: true } }]]);
  const rows = pages([row("a", "one", { sha256 })]);
  const [[cut] = []] = await pagesOf(cutTo(rows, pages([item({ key: "a", sha256: "b".repeat(64) })])));
  expect(cut).toMatchObject({ entry: { sha256: "b".repeat(64) } });
  expect(cut).not.toHaveProperty("entry.hashKept");
});

it("cuts a manifest to the keys of the ledger, page by page, once for each row, and keeps bad lines", async () => {
  const rows = pages([row("a", "one"), row("b", "one")], [row("a", "two")]);
  const manifest = pages([item({ key: "b" }), BAD, item({ key: "other" })], [item({ key: "a" })]);
  const cut = await pagesOf(cutTo(rows, manifest));
  const told = cut.map((page) => page.map((it) => (it.type === "entry" ? [it.entry.key, it.entry.bot] : it)));
  expect(told).toEqual([
    [["b", "one"], BAD],
    [
      ["a", "one"],
      ["a", "two"],
    ],
  ]);
});

it("takes size and ETag from the manifest where it says one of them, else from the ledger", async () => {
  const rows = pages([row("a", "one"), row("a", "two")]);
  const manifest = pages([item({ key: "a", bot: "two", bytes: 7, etag: undefined, title: "A" })]);
  expect(await pagesOf(cutTo(rows, manifest))).toEqual([
    [item({ key: "a", bytes: 7, title: "A", kind: "photo", bot: "two" })],
  ]);
  const dressed = pages([item({ key: "a", bot: "two", title: "A" })]);
  const again = pages([row("a", "two")]);
  expect(await pagesOf(cutTo(again, dressed))).toEqual([
    [item({ key: "a", etag: "etag-a", bytes: 5, seen: true, title: "A", kind: "photo", bot: "two" })],
  ]);
});

it("takes from the ledger what an entry asks for: rows of the kind it names, else those that its key was asked for as", async () => {
  const rows = (): Selected[] => [
    row("a", "one"),
    { ...row("b", "one"), asked: false },
    { ...row("b", "one"), kind: "document" },
  ];
  const cut = async (entries: readonly Entry[], as?: MediaKind) => {
    const all = await pagesOf(cutTo(pages(rows()), pages(entries.map(item)), as));
    return all.flat().map((it) => it.type === "entry" && `${it.entry.kind} ${it.entry.key}`);
  };
  expect(await cut([{ key: "b" }, { key: "a" }])).toEqual(["document b", "photo a"]);
  expect(await cut([{ key: "b", kind: "document" }])).toEqual(["document b"]);
  expect(await cut([{ key: "b", kind: "photo" }])).toEqual(["photo b"]);
  expect(await cut([{ key: "a", kind: "document" }])).toEqual([]);
  expect(await cut([{ key: "a" }, { key: "b", kind: "photo" }], "document")).toEqual(["document b"]);
});
