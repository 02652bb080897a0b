import { describe, expect, it } from "vitest";
import { KvPairs } from "../../src/exchange/kv.ts";
import { EXPORT_COLUMNS, type LedgerRow } from "../../src/ledgers/columns.ts";

const EMPTY = Object.fromEntries(
  Object.keys(EXPORT_COLUMNS).map((name) => [name, null]),
) as unknown as LedgerRow;

function row(more: Partial<LedgerRow>): LedgerRow {
  return {
    ...EMPTY,
    key: "a.jpg",
    bot: "main",
    kind: "photo",
    status: "ready",
    file_id: "id",
    weak: false,
    ...more,
  };
}

function pairsOf(...pages: LedgerRow[][]) {
  const long: string[] = [];
  const pairs = new KvPairs((key) => long.push(key));
  const all = [...pages.flatMap((page) => pairs.add(page)), ...pairs.end()];
  return { long, pairs: all.map(({ key, value }) => [key, JSON.parse(value)]) };
}

describe("pairs for Workers KV", () => {
  it("are one a bot and key, also where a page ends between its rows", () => {
    const { pairs } = pairsOf(
      [row({ bot: "a", kind: "document", file_id: "d" })],
      [row({ bot: "a", file_id: "p" }), row({ bot: "b", file_id: "q" }), row({ key: "b.jpg", bot: "b" })],
    );
    expect(pairs).toEqual([
      ["a:a.jpg", { file_id: "p", kind: "photo", weak: false }],
      ["b:a.jpg", { file_id: "q", kind: "photo", weak: false }],
      ["b:b.jpg", { file_id: "id", kind: "photo", weak: false }],
    ]);
  });

  it("take the kind of the extension, then one that is not weak, then any", () => {
    const weakPhoto = row({ kind: "photo", file_id: "weak", weak: true });
    const document = row({ kind: "document", file_id: "document" });
    expect(pairsOf([document, weakPhoto]).pairs[0]?.[1]).toMatchObject({ file_id: "weak", weak: true });
    const other = [document, { ...weakPhoto, kind: "video" }].map((each) => ({ ...each, key: "a.bin" }));
    expect(pairsOf(other.toReversed()).pairs[0]?.[1]).toMatchObject({ file_id: "document" });
    expect(pairsOf([{ ...weakPhoto, key: "a.bin" }]).pairs[0]?.[1]).toMatchObject({ file_id: "weak" });
  });

  it("leave out what cannot be sent: dead ids, rows without one, content without a key", () => {
    const rows = [
      row({ dead_at: "2026-01-01 00:00:00" }),
      row({ status: "error", file_id: null }),
      row({ key: null }),
    ];
    expect(pairsOf(rows).pairs).toEqual([]);
  });

  it("leave out keys that are longer than Workers KV takes, and tell of them", () => {
    const fits = "é".repeat(253);
    const { pairs, long } = pairsOf([row({ key: fits }), row({ key: `${fits}éé` })]);
    expect(pairs.map(([key]) => key)).toEqual([`main:${fits}`]);
    expect(long).toEqual([`${fits}éé`]);
  });
});
