import { describe, expect, it } from "vitest";
import { type AheadNeed, begunAhead, readsInMs } from "../../src/pipeline/ahead-rule.ts";

/** Five places, reads of half a second, sends of a second and a quarter, one private chat that is free. */
const USUAL: AheadNeed = {
  places: 5,
  inCall: 1,
  usual: { read: 500, send: 1_250 },
  perMinute: 60,
  freeInMs: 0,
  ofBot: 0,
  all: 0,
};
const NO_LIMIT = { perMinute: 6_000_000 };
const QUICK_SENDS = { usual: { read: 500, send: 100 } };

describe("one more object is read", () => {
  it.each<[string, Partial<AheadNeed>, number]>([
    ["at once, where none is and a lane is free", {}, 0],
    ["at once, three times the usual read before its lane is free", { freeInMs: 1_500 }, 0],
    ["not before that", { freeInMs: 4_000 }, 2_500],
    ["a slot of the lane later for each that is read already", { freeInMs: 4_000, ofBot: 1 }, 3_500],
    ["not by time, where another is sent before", { freeInMs: 2_000, ofBot: 2 }, Number.POSITIVE_INFINITY],
    [
      "in time for a channel, whose next slot is three seconds away",
      { perMinute: 20, freeInMs: 3_000 },
      1_500,
    ],
    ["as long before a freeze ends", { freeInMs: 300_000 }, 298_500],
    ["until as many are as the places send while one is read", { ...NO_LIMIT, ofBot: 6, all: 6 }, 0],
    ["and no more than those until a send ends", { ...NO_LIMIT, ofBot: 8, all: 8 }, Number.POSITIVE_INFINITY],
    ["for many slow reads and quick sends", { ...NO_LIMIT, ...QUICK_SENDS, ofBot: 19, all: 19 }, 0],
    ["four a place at most", { ...NO_LIMIT, ...QUICK_SENDS, ofBot: 20, all: 20 }, Number.POSITIVE_INFINITY],
    ["of all bots together", { all: 20 }, Number.POSITIVE_INFINITY],
    ["for a call of as many as one carries", { perMinute: 20, inCall: 20, ofBot: 9, all: 9 }, 0],
    [
      "and beyond it with each that is sent",
      { perMinute: 20, inCall: 20, ofBot: 39, all: 39 },
      Number.POSITIVE_INFINITY,
    ],
    ["for two calls at most", { perMinute: 20, inCall: 20, ofBot: 40, all: 40 }, Number.POSITIVE_INFINITY],
  ])("%s", (_, need, inMs) => {
    expect(readsInMs({ ...USUAL, ...need })).toBeCloseTo(inMs, 0);
  });
});

describe("tries that are written down before they have a place", () => {
  it.each([
    ["are none where a call takes as long as it does at Telegram", 5, { begin: 5, send: 1_250 }, 0],
    ["nor with a slow disk and many places", 20, { begin: 40, send: 1_250 }, 0],
    ["are as many as are called while one is written down", 20, { begin: 4, send: 6 }, 13],
    ["and no more than there are places", 5, { begin: 3, send: 1 }, 5],
    ["none at one place, whose order the next one could break", 1, { begin: 20, send: 1 }, 0],
    ["none where the ledger takes no time", 5, { begin: 0, send: 1 }, 0],
  ])("%s", (_, places, usual, count) => {
    expect(begunAhead(places, usual)).toBe(count);
  });
});
