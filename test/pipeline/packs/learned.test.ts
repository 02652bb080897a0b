import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import { PackableCount } from "../../../src/pipeline/packs/packable-count.ts";
import { LANE, openPacks } from "./open-packs.ts";

const DAY_MS = 24 * 3_600_000;
const named = (kept: ReturnType<typeof openPacks>["kept"]) =>
  kept.map(({ what, result }) => `${what} ${result}`);

describe("what a run learns of packs", () => {
  it("makes them smaller where a body was refused, until uploads go singly", () => {
    const { packs, told } = openPacks();
    const most = [20e6, 4e6, 60e6, 1e6].map((bytes) => {
      packs.tooLarge("default", bytes);
      return packs.boundsOf(LANE).mostBytes;
    });
    expect(most).toEqual([10e6, 2e6, 1e6, 0]);
    expect(told).toEqual([
      "a pack of 20.0 MB was refused as too large: packs carry 10 MB at most from here on",
      "a pack of 4.0 MB was refused as too large: packs carry 2 MB at most from here on",
      "a pack of 60.0 MB was refused as too large: packs carry 1 MB at most from here on",
      "a pack of 1.0 MB was refused as too large: uploads go singly from here on",
    ]);
  });

  it("never makes them larger than is proved of a body", () => {
    const evidence = { refused_bytes: [11e6] };
    const { packs } = openPacks({ proved: [{ what: "max_body", result: "5000000", evidence }] });
    expect(packs.boundsOf(LANE).mostBytes).toBe(5e6);
  });

  it.each<[string, (packs: ReturnType<typeof openPacks>["packs"]) => void, string[]]>([
    ["even small packs are refused as too large", (packs) => packs.tooLarge("default", 0), []],
    [
      "an answer about several media does not hold them as they were sent",
      (packs) => packs.unreadable("default"),
      [],
    ],
    [
      "the server has no message of several media",
      (packs) => packs.unsupported("default"),
      ["packs unsupported", "packs unsupported"],
    ],
    [
      "3 packs were refused through no fault of their media, and none was taken (no)",
      (packs) => {
        for (const _ of Array(3)) packs.refused("default", failure("no_rights", "no"));
      },
      [],
    ],
  ])("ends them, once, where %s", (why, learn, proofs) => {
    const { packs, told, kept } = openPacks();
    expect([packs.sizeOf("default"), packs.useOf(LANE).most, packs.sizeOf("default")]).toEqual([1, 10, 10]);
    expect(packs.wordsOf("default", LANE.chat)).toMatch(/^up to 10 media/);
    for (const _ of Array(2)) learn(packs);
    expect([packs.sizeOf("default"), packs.useOf(LANE).most]).toEqual([1, 0]);
    expect(packs.wordsOf("default", LANE.chat)).toBe(`not used in this run: ${why}`);
    expect(told).toEqual([`bot default goes on without packs: ${why}`]);
    expect(named(kept)).toEqual(proofs);
  });

  it.each([
    ["ordinary", "many", "ids of videos that come in a pack serve bot default as any other"],
    [
      "rich_only",
      "none",
      "ids of videos that come in a pack are refused elsewhere: bot default sends them singly",
    ],
  ] as const)("keeps that ids of a kind are %s", (verdict, kind, text) => {
    const { packs, told, kept } = openPacks();
    packs.trying("default", "video");
    packs.tried("default", "video", verdict, "an id");
    expect([packs.useOf(LANE).kinds.video, packs.useOf(LANE).kinds.audio]).toEqual([kind, "one"]);
    expect([told, named(kept), kept[0]?.evidence]).toEqual([[text], [`ids:video ${verdict}`], { id: 5 }]);
  });

  it("counts media of each kind for a forecast", () => {
    const count = new PackableCount();
    count.add({ kind: "photo", transfer: "url", bytes: 5 });
    for (const bytes of [7, 9]) count.add({ kind: "photo", transfer: "upload", bytes });
    count.add({ kind: "audio", transfer: "url", bytes: 1 });
    expect(count.all).toEqual([
      { kind: "photo", objects: 3, urls: 1, uploadBytes: 16 },
      { kind: "audio", objects: 1, urls: 1, uploadBytes: 0 },
    ]);
  });
});

describe("what a run learns of a quota", () => {
  const MESSAGES = { messages: 4, media: 40, bears: 20 };

  it("is told, and kept with what was seen", async () => {
    const { pack, kept, told } = openPacks();
    for (const _ of Array(4)) await pack(1);
    expect([named(kept), kept[0]?.evidence]).toEqual([["quota messages"], MESSAGES]);
    expect(told).toEqual(["chat -1001 counts messages and not their media: packs hold as many as they may"]);
  });

  it("shows by a single call after packs as well", async () => {
    const { pack, kept, told, packs, clock } = openPacks();
    for (const _ of Array(2)) await pack(1);
    packs.called(LANE, { at: clock.now(), media: 1, went: "flood" });
    expect(named(kept)).toEqual(["quota media"]);
    expect(told).toEqual(["chat -1001 counts media: packs bring nothing there, and all goes singly"]);
    for (const _ of Array(4)) await pack(1);
    expect(kept).toHaveLength(1);
  });

  it("is not looked for where packs are off", () => {
    const { packs, kept } = openPacks({ rule: { type: "off" } });
    for (const at of [0, 1, 2, 3]) packs.called(LANE, { at, media: 10, went: "through" });
    expect([packs.mayGo, openPacks().packs.mayGo, kept]).toEqual([false, true, []]);
  });

  it("is taken back by a wait after few messages, for good the second time, however long ago", async () => {
    const { pack, kept, told, packs, clock } = openPacks();
    for (const _ of Array(2)) {
      for (const _ of Array(4)) await pack(1);
      await pack(1, true);
    }
    expect(named(kept)).toEqual(["quota messages", "quota taken_back", "quota messages", "quota media"]);
    expect([kept[1]?.evidence, kept[3]?.evidence]).toEqual([{ relapses: 1 }, { relapses: 2 }]);
    const text =
      "chat -1001 asked to wait after few messages with many media: it is not believed any more that it counts messages";
    expect(told.filter((each) => each === text)).toHaveLength(2);
    await clock.advance(31 * DAY_MS);
    packs.trying("default", "video");
    for (const _ of Array(4)) await pack(1);
    expect([kept.length, kept.at(-1)?.result]).toEqual([5, "media"]);
  });
});
