import { describe, expect, it } from "vitest";
import type { SourceItem } from "../../src/domain/entry.ts";
import type { KeyFilter } from "../../src/sources/filter.ts";
import type { Source } from "../../src/sources/port.ts";
import { KeySelection, onceExcluded, type SelectionOptions } from "../../src/sources/selection.ts";
import { all, failureOf } from "./collect.ts";

const KEYS = ["photos/a.jpg", "photos/cafe\u0301.jpg", "photos/B.JPG", "docs/x.pdf"];

function scene(rules: Partial<SelectionOptions>, keys = KEYS) {
  const told: string[] = [];
  const options: SelectionOptions = {
    include: [],
    exclude: [],
    isListing: true,
    onNothing: "refuse",
    whenEmpty: async () => ({ text: "the bucket is empty", isMissed: false }),
    tell: (level, text) => told.push(`${level} ${text}`),
    ...rules,
  };
  const selection = new KeySelection(options);
  const taken = () => keys.filter(selection.takes);
  return { selection, options, taken, told };
}

describe("a selection that found nothing", () => {
  const CASES: [rules: Partial<SelectionOptions>, said: string][] = [
    [
      { include: ["/photo/**"] },
      "--include '/photo/**' matched none of 4 keys: the nearest are photos/ (3), docs/ (1)",
    ],
    [
      { exclude: ["/doc/**"] },
      "--exclude '/doc/**' matched none of 4 keys: the nearest are docs/ (1), photos/ (3)",
    ],
    [
      { include: ["*.mp4"] },
      "--include '*.mp4' matched none of 4 keys: they are *.jpg (2), *.JPG (1), *.pdf (1)",
    ],
    [
      { include: ["Photos/"] },
      "--include 'Photos/' matched none of 4 keys: the nearest are photos/ (3), docs/ (1)",
    ],
  ];

  it.each(CASES)("%j is told what there is", async (rules, said) => {
    const { selection, taken } = scene(rules);
    taken();
    expect(await failureOf(selection.ended())).toBe(`config/selection_empty ${said}`);
  });

  it("is told of a kind that no object has", async () => {
    const { selection, taken } = scene({ kind: "video" });
    taken();
    expect([selection.takesKind("photo"), selection.takesKind("document")]).toEqual([false, false]);
    expect(await failureOf(selection.ended())).toBe(
      "config/selection_empty --kind video matched none of them: they are photo (1), document (1)",
    );
    expect(selection.filtered).toBe(2);
  });

  it.each(["warn", "inform"] as const)("is no failure where it is only to %s", async (onNothing) => {
    const { selection, taken, told } = scene({ onNothing, include: ["none/**"] });
    expect(taken()).toEqual([]);
    await selection.ended();
    expect(told).toEqual([
      expect.stringMatching(/^(warn|info) --include 'none\/\*\*' matched none of 4 keys/),
    ]);
  });

  it("is no failure where the source has no keys at all", async () => {
    const { selection, taken, told } = scene({ include: ["none/**"] }, []);
    taken();
    await selection.ended();
    expect(told).toEqual(["info the bucket is empty"]);
  });

  it("is a failure where there are keys beside a prefix", async () => {
    const whenEmpty = async () => ({ text: "no key begins with x/", isMissed: true });
    const { selection, taken } = scene({ whenEmpty }, []);
    taken();
    expect(await failureOf(selection.ended())).toBe("config/selection_empty no key begins with x/");
  });
});

describe("a selection that found something", () => {
  it("counts what it turned away, and warns of each pattern that matched nothing", async () => {
    const { selection, taken, told } = scene({ include: ["photos/**", "films/**"], exclude: ["*.JPG"] });
    expect(taken()).toEqual(["photos/a.jpg", "photos/cafe\u0301.jpg"]);
    await selection.ended();
    expect(selection.filtered).toBe(2);
    expect(told).toEqual([expect.stringMatching(/^warn --include 'films\/\*\*' matched none of 4 keys/)]);
  });

  it("holds a pattern for met also by keys that another one turns away", async () => {
    const { selection, taken, told } = scene({ include: ["docs/**", "photos/**"], exclude: ["*.pdf"] });
    taken();
    await selection.ended();
    expect(told).toEqual([]);
  });
});

describe("onceExcluded", () => {
  const opened = { times: 0 };
  const open = (filter: KeyFilter): Source => {
    opened.times += 1;
    return pages(KEYS.filter(filter).map((key) => ({ type: "entry", entry: { key } })));
  };

  async function* pages(items: SourceItem[]): Source {
    yield items;
  }

  it("gives nothing of a source whose excluded keys are not there", async () => {
    const { selection, options } = scene({ exclude: ["nothing/**"] });
    const read: SourceItem[] = [];
    const reading = (async () => {
      for await (const page of onceExcluded(open, selection, options)) read.push(...page);
    })();
    expect(await failureOf(reading)).toMatch(
      /^config\/selection_empty --exclude 'nothing\/\*\*' matched none/,
    );
    expect(read).toEqual([]);
  });

  it("gives the source from its beginning once they are", async () => {
    const { selection, options } = scene({ exclude: ["docs/**"] });
    const items = await all(onceExcluded(open, selection, options));
    expect(items).toHaveLength(3);
    expect(selection.filtered).toBe(1);
  });
});
