import { describe, expect, it } from "vitest";
import { playWorld, type RichWorld, SWITCHES, type WorldEnd, worldOf } from "./rich-worlds.ts";

/** Every world, as bits. */
const ALL = Array.from({ length: 2 ** Object.keys(SWITCHES).length }, (_, bits) => bits);
/**
 * Worlds in which each two switches stand in all four ways to one another, and one that once never ended. RICH_WORLDS=all plays
 * all of them, RICH_WORLDS=3,17 these, with a row of the table in docs/packs-and-proofs.md for each.
 */
const SAMPLE = [0, 215, 234, 63, 153, 244, 71, 32];
const ASKED = process.env.RICH_WORLDS;
const PLAYED = ASKED === undefined ? SAMPLE : ASKED === "all" ? ALL : ASKED.split(",").map(Number);

it("plays each two switches in all four ways", () => {
  const names = Object.keys(SWITCHES).map((_, nth) => nth);
  for (const one of names)
    for (const other of names.filter((each) => each > one)) {
      const ways = new Set(SAMPLE.map((bits) => `${(bits >> one) & 1}${(bits >> other) & 1}`));
      expect(ways.size).toBe(4);
    }
});

describe("a bucket is warmed whole, and nothing wrong is kept, whatever Telegram turns out to do", () => {
  it.each(PLAYED.map((bits) => ({ bits, ...worldOf(bits) })))(
    "world $bits: supported $supported, $counts, $overflow, ids $ids, names $names_bad, body $max_body, urls $url_flood, keeps $keeps",
    async ({ bits, ...world }) => {
      const end = await playWorld(world);
      if (ASKED !== undefined) console.log(rowOf(bits, world, end));
      const { ids, supported } = world;
      expect([end.warm, end.wrong]).toEqual([end.all, 0]);
      // One canary a kind; where ids serve nothing else its medium goes once more, singly.
      const kinds = 2;
      expect(end.canaries).toBeLessThanOrEqual(kinds);
      expect(end.twice).toBeLessThanOrEqual(ids === "rich_only" ? kinds : 0);
      if (ids === "rich_only" || !supported) expect(end.packed).toBe(0);
      if (ids === "rich_only" || !supported) expect(end.packs).toBeLessThanOrEqual(kinds);
      // Singly they take 7.5 minutes; where packs are in vain, canaries and a wait that is asked for come on top, and no slower pace.
      expect(end.minutes).toBeLessThan(9);
      expect(end.floods / end.calls).toBeLessThanOrEqual(0.01);
    },
  );
});

it("goes on without packs where even one medium in a message always meets a wait", async () => {
  const end = await playWorld({ ...worldOf(0), url_flood: 0 }, 0);
  expect([end.warm, end.wrong, end.twice]).toEqual([end.all, 0, 0]);
  expect([end.floods, end.packs, end.packed]).toEqual([3, 3, 0]);
  // Singly they take 4.6 minutes; the waits come on top, and no slower pace.
  expect(end.minutes).toBeLessThan(6);
});

function rowOf(bits: number, world: RichWorld, end: WorldEnd): string {
  const { warm, all, wrong, packed, canaries, packs, calls, floods, minutes } = end;
  const switches = Object.values(world).map((each) => (each === null ? "none" : String(each)));
  const figures = [`${warm}/${all}`, wrong, packed, packs, canaries, calls, floods, minutes.toFixed(1)];
  return `| ${[bits, ...switches, ...figures].join(" | ")} |`;
}
