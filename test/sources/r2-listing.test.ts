import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { failed, ok, type Result } from "../../src/domain/result.ts";
import { listingSource } from "../../src/sources/r2-listing.ts";
import type { ListedObject } from "../../src/storage/port.ts";
import { all, failureOf, filterOf, pagesOf } from "./collect.ts";

function object(key: string, bytes = 5): ListedObject {
  return { key, bytes, etag: `etag-${key}`, modifiedAt: 1_700_000_000_000 };
}

/** A listing of given pages that counts how many were asked for. */
function listing(pages: Result<readonly ListedObject[]>[]) {
  const asked = { pages: 0 };
  async function* list() {
    for (const page of pages) {
      asked.pages++;
      yield page;
    }
  }
  return { list: list(), asked };
}

const everything = filterOf({ include: [], exclude: [] });

describe("listingSource", () => {
  it("yields the pages of the listing with what the listing knows of them", async () => {
    const { list } = listing([ok([object("p/a")]), ok([]), ok([object("p/b"), object("p/c")])]);
    const pages = await pagesOf(listingSource(list, everything));
    expect(pages).toEqual([
      [{ type: "entry", entry: object("p/a") }],
      [],
      [
        { type: "entry", entry: object("p/b") },
        { type: "entry", entry: object("p/c") },
      ],
    ]);
  });

  it("says why folder markers and empty objects are no work, and leaves out what the filter turns away", async () => {
    const { list } = listing([ok([object("d/", 0), object("empty", 0), object("a.jpg"), object("b.txt")])]);
    const filter = filterOf({ include: [], exclude: ["*.txt"] });
    expect(await all(listingSource(list, filter))).toEqual([
      { type: "skip", key: "d/", bytes: 0, reason: "folder_marker" },
      { type: "skip", key: "empty", bytes: 0, reason: "empty_object" },
      { type: "entry", entry: object("a.jpg") },
    ]);
  });

  it("asks for the next page only when the present one is used up", async () => {
    const { list, asked } = listing([ok([object("a"), object("b")]), ok([object("c")])]);
    const pages = listingSource(list, everything)[Symbol.asyncIterator]();
    await pages.next();
    expect(asked.pages).toBe(1);
    await pages.next();
    expect(asked.pages).toBe(2);
  });

  it("throws the failure of a page that cannot be listed, after the pages before it", async () => {
    const { list } = listing([
      ok([object("a")]),
      failed(failure("r2_denied", "bucket media: access denied")),
    ]);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const page of listingSource(list, everything)) seen.push(...page.map(({ type }) => type));
    })();
    expect(await failureOf(reading)).toBe("auth/r2_denied bucket media: access denied");
    expect(seen).toEqual(["entry"]);
  });
});
