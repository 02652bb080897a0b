import { describe, expect, it } from "vitest";
import { LANE, openPacks } from "./open-packs.ts";

describe("late answers while it is found out what a quota counts", () => {
  it("prove nothing: packs take the time of their media for a minute, and it is tried again", async () => {
    const { clock, kept, told, pack, slotsNow } = openPacks();
    await pack(1);
    await pack(8);
    expect([slotsNow(), kept]).toEqual(["one", []]);
    await pack(8);
    expect([slotsNow(), kept]).toEqual(["each", []]);
    expect(told).toEqual([expect.stringMatching(/came late.*tried again in 1 min/)]);
    await clock.advance(60_000);
    expect(slotsNow()).toBe("one");
    for (const _ of Array(4)) await pack(1);
    expect(kept.map(({ what, result }) => `${what} ${result}`)).toEqual(["quota messages"]);
  });

  it("say that media count where they come late three times in a row, and in time at the pace of single sends each time after it", async () => {
    const { clock, kept, pack, slotsNow } = openPacks();
    await pack(1);
    for (let round = 1; round <= 3; round++) {
      expect([round, slotsNow(), kept]).toEqual([round, "one", []]);
      for (const seconds of [8, 8]) await pack(seconds);
      if (round === 3) break;
      expect(slotsNow()).toBe("each");
      await pack(1);
      await clock.advance(30 * 60_000);
    }
    expect(kept.map(({ what, result }) => `${what} ${result}`)).toEqual(["quota media"]);
    expect(kept[0]?.evidence).toMatchObject({ late: 3 });
  });

  it("say nothing where nothing was seen in time in between, or where that was late as well", async () => {
    const { clock, kept, pack } = openPacks();
    await pack(1);
    for (let round = 1; round <= 6; round++) {
      for (const seconds of [8, 8]) await pack(seconds);
      if (round % 2 === 0) await pack(30);
      await clock.advance(30 * 60_000);
    }
    expect(kept).toEqual([]);
  });

  it("are no longer late where packs at the pace of singles take as long", async () => {
    const { clock, kept, pack, slotsNow } = openPacks();
    for (const seconds of [1, 8, 8]) await pack(seconds);
    expect(slotsNow()).toBe("each");
    for (const _ of Array(2)) {
      await pack(9);
      await clock.advance(25_000);
    }
    expect(slotsNow()).toBe("one");
    for (const _ of Array(4)) await pack(9);
    expect(kept.map(({ result }) => result)).toEqual(["messages"]);
  });

  it("are waited for longer each time where a quota of media holds back whatever goes faster", async () => {
    const { clock, kept, told, pack } = openPacks();
    for (const minutes of [1, 2, 4]) {
      for (const seconds of [1, 8, 8]) await pack(seconds);
      expect(told.at(-1)).toMatch(`tried again in ${minutes} min`);
      await clock.advance(minutes * 60_000);
    }
    expect(kept).toEqual([]);
    await pack(1);
    await pack(0, true);
    expect(kept.map(({ result }) => result)).toEqual(["media"]);
  });
});

describe("canaries that meet a wait where single sends meet none", () => {
  const canaryOf = ({ packs }: ReturnType<typeof openPacks>) => packs.useOf(LANE).kinds.video;

  it("have their kind go singly after the third, where others were taken", () => {
    const open = openPacks();
    open.packs.posted("default");
    for (const next of ["one", "one", "none"]) {
      open.packs.trying("default", "video");
      expect(canaryOf(open)).toBe("none");
      open.packs.canaryWaited("default", "video");
      expect(canaryOf(open)).toBe(next);
    }
    expect(open.told).toEqual([
      "3 packs with a video met a wait where single sends met none: bot default sends videos singly",
    ]);
    expect(open.packs.useOf(LANE).kinds.photo).toBe("many");
  });

  it("end packs after the third, where none was taken", () => {
    const open = openPacks();
    for (const _ of Array(3)) open.packs.canaryWaited("default", "video");
    expect(open.packs.useOf(LANE).most).toBe(0);
    expect(open.told).toEqual([expect.stringMatching(/goes on without packs: 3 packs were refused/)]);
  });
});
