import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { patienceOf } from "../../src/domain/patience.ts";
import { failed, ok, type Result } from "../../src/domain/result.ts";
import { SourceFailed } from "../../src/domain/source-failed.ts";
import { listingSource } from "../../src/sources/r2-listing.ts";
import type { ListedObject } from "../../src/storage/port.ts";
import { VirtualClock } from "../helpers/clock.ts";
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

  it("says which keys no ledger keeps, of folders too", async () => {
    const { list } = listing([ok([object("a\0b"), object("a\0/", 0), object("a")])]);
    const cause = (where: string) => failure("key_not_kept", `${where}: no ledger keeps such a key`);
    expect(await all(listingSource(list, everything))).toEqual([
      { type: "bad", where: "a\\0b", failure: cause("a\\0b") },
      { type: "bad", where: "a\\0/", failure: cause("a\\0/") },
      { type: "entry", entry: object("a") },
    ]);
  });

  it("says why folder markers and empty objects are no work, and leaves out what the filter turns away", async () => {
    const { list } = listing([ok([object("d/", 0), object("empty", 0), object("a.jpg"), object("b.txt")])]);
    const filter = filterOf({ include: [], exclude: ["*.txt"] });
    expect(await all(listingSource(list, filter))).toEqual([
      { type: "skip", key: "d/", bytes: 0, reason: "folder_marker" },
      { type: "skip", key: "empty", bytes: 0, reason: "empty_object", entry: object("empty", 0) },
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

it("asks for a page that fails again, with the patience of a run, and gives up on what does not pass", async () => {
  const away = failed<never>(failure("r2_unavailable", "503"));
  const pagesAfter = (failures: number, last = away) =>
    (async function* () {
      yield ok([object("a", 1)]);
      for (let i = 0; i < failures; i++) yield last;
      yield ok([object("b", 1)]);
    })();
  const clock = new VirtualClock({ now: 0 });
  const again = { patience: patienceOf(5, () => 1), clock };
  const everything = () => true;
  const read = (pages: ReturnType<typeof pagesAfter>, patient = true) =>
    clock.runToEnd(
      pagesOf(listingSource(pages, everything, patient ? again : undefined)).catch((error: unknown) => error),
    );
  expect(await read(pagesAfter(5))).toHaveLength(2);
  expect(clock.now()).toBe(31_000);
  expect(await read(pagesAfter(6))).toBeInstanceOf(SourceFailed);
  expect(await read(pagesAfter(1), false)).toBeInstanceOf(SourceFailed);
  const denied = failed<never>(failure("r2_denied", "403"));
  expect(await read(pagesAfter(1, denied))).toBeInstanceOf(SourceFailed);
});
