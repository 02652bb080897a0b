import { describe, expect, it } from "vitest";
import type { SourceItem } from "../../src/domain/entry.ts";
import { failure } from "../../src/domain/failure.ts";
import type { LedgerClaim } from "../../src/verify/claim.ts";
import { ListingCheck, type ObjectCheck, type ObjectState } from "../../src/verify/objects.ts";

function claim(key: string): LedgerClaim {
  const id = {
    bot: "main",
    kind: "photo" as const,
    fileId: key,
    fileUniqueId: null,
    chatId: null,
    messageId: null,
  };
  return { ...id, key, content: key, etag: `etag of ${key}`, bytes: 1 };
}

/** HEAD requests to a bucket of these keys. */
function heads(keys: readonly string[]) {
  const asked: string[] = [];
  const check: ObjectCheck = {
    of: async (claims) => {
      asked.push(...claims.map(({ key }) => key));
      return new Map(
        claims.map(({ key, etag }): [string, ObjectState] => [
          key,
          keys.includes(key)
            ? { is: "there", object: { etag: etag ?? "", bytes: 1 } }
            : { is: "gone", failure: failure("object_missing", key) },
        ]),
      );
    },
    operations: { classA: 0, classB: 0 },
    close: async () => {},
  };
  return { check, asked };
}

function listing(pages: readonly (readonly string[])[]) {
  const read = { pages: 0 };
  async function* source(): AsyncGenerator<readonly SourceItem[]> {
    for (const page of pages) {
      read.pages += 1;
      yield page.map((key) => ({ type: "entry", entry: { key, etag: `etag of ${key}`, bytes: 1 } }));
    }
  }
  return { source: source(), read };
}

const isOf = (states: ReadonlyMap<string, ObjectState>) =>
  [...states].map(([key, { is }]) => `${key} ${is}`).sort();

describe("a listing beside the ledger", () => {
  it("is read as far as the keys of a page go, and no key of others is asked for", async () => {
    const { source, read } = listing([
      ["a", "b", "x1"],
      ["x2", "x3"],
      ["y", "z"],
    ]);
    const { check, asked } = heads([]);
    const objects = new ListingCheck(source, check);
    expect(isOf(await objects.of([claim("a"), claim("b")]))).toEqual(["a there", "b there"]);
    expect(read.pages).toBe(1);
    expect(isOf(await objects.of([claim("x3"), claim("y")]))).toEqual(["x3 there", "y there"]);
    expect(asked).toEqual([]);
  });

  it("asks for what it does not have by a HEAD before it is called gone", async () => {
    const { source } = listing([["a", "c"]]);
    const { check, asked } = heads(["b"]);
    const objects = new ListingCheck(source, check);
    const states = await objects.of(["a", "b", "c", "d"].map(claim));
    expect(isOf(states)).toEqual(["a there", "b there", "c there", "d gone"]);
    expect(asked).toEqual(["b", "d"]);
  });

  it("asks for keys that it has passed by HEAD, where the ledger begins anew (another spelling of a prefix)", async () => {
    const { source } = listing([["a", "m", "z"]]);
    const { check, asked } = heads(["a"]);
    const objects = new ListingCheck(source, check);
    await objects.of([claim("m")]);
    expect(isOf(await objects.of([claim("a")]))).toEqual(["a there"]);
    expect(asked).toEqual(["a"]);
  });

  it("goes by the bytes of keys, in which an emoji comes behind U+FFFD", async () => {
    const [late, last] = ["\ufffd", "\u{1f600}"];
    const { source } = listing([["a", late], [last]]);
    const { check, asked } = heads([]);
    const objects = new ListingCheck(source, check);
    expect((await objects.of([claim(late)])).size).toBe(1);
    expect((await objects.of([claim(last)])).size).toBe(1);
    expect(asked).toEqual([]);
  });
});
