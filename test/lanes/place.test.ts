import { describe, expect, it } from "vitest";
import { FixedPace } from "../../src/lanes/pace.ts";
import { placeAt } from "../../src/lanes/place.ts";

const NOW = 20_000;
const NEVER = Number.POSITIVE_INFINITY;

/** A pace for so many calls at once, which are late after two seconds. */
function paceOf(atOnce: number) {
  return Object.assign(new FixedPace(60, atOnce), { overdueMs: 2_000 });
}

describe("a place beside the calls of a lane that are under way", () => {
  it.each<[string, (number | null)[], number, number]>([
    ["is there where there are fewer than its pace wants", [NOW - 1_000], 2, NOW],
    [
      "is none where there are as many, until one is answered or long",
      [NOW - 1_000, NOW - 500],
      2,
      NOW + 9_000,
    ],
    ["is none beside one that is late: the server may be holding back", [NOW - 2_001], 3, NOW + 7_999],
    ["is none beside three, however late", [NOW - 15_000, NOW - 14_000, NOW - 13_000], 3, NEVER],
    ["is there beside a large upload", [NOW - 10_000], 1, NOW],
    ["is none beside one that is about to begin", [null], 1, NEVER],
  ])("%s", (_, starts, atOnce, at) => {
    expect(placeAt(starts, paceOf(atOnce), NOW)).toBe(at);
  });
});
