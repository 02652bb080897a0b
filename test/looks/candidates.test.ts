import { expect, it } from "vitest";
import type { Neighbour } from "../../src/ledgers/look-port.ts";
import { absence, type Sight } from "../../src/looks/absence.ts";
import { candidatesOf, type OpenEnd } from "../../src/looks/candidates.ts";

/** A lost call that began at 1,000 and can post no more at 2,000. */
const LOST = { startedAt: 1_000, settledAt: 2_000 };

function at(messageId: number, startedAt: number, endedAt = startedAt + 100): Neighbour {
  const begun = { attempt: null, look: null, behind: null, lastBegun: null, isGone: false };
  return { chatId: "-1001000000001", ...begun, messageId, startedAt, endedAt };
}

function upTo(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const BEFORE = at(10, 500);
const AFTER = at(20, 2_000);

it.each<[string, readonly Neighbour[], number[], OpenEnd | null]>([
  ["all between two posts", [BEFORE, AFTER], upTo(11, 19), null],
  ["none where nothing is between them", [BEFORE, at(11, 2_500)], [], null],
  [
    "none of those that are known",
    [BEFORE, at(12, 1_200), at(15, 1_999), AFTER],
    [11, 13, 14, 16, 17, 18, 19],
    null,
  ],
  ["from the last that was there before", [at(5, 100), BEFORE, AFTER], upTo(11, 19), null],
  ["up to the first that was begun later", [BEFORE, at(14, 2_001), AFTER], [11, 12, 13], null],
  [
    "those below one that was under way when it began",
    [at(7, 400), at(10, 950), AFTER],
    [8, 9, ...upTo(11, 19)],
    null,
  ],
  ["none below a post that was there at the very moment", [at(10, 900, 1_000), AFTER], upTo(11, 19), null],
  ["from 1 on where nothing is known from before", [at(3, 1_100), at(6, 2_000)], [1, 2, 4, 5], null],
  [
    "some above the last where nothing bounds them",
    [BEFORE, at(12, 1_500)],
    [11, ...upTo(13, 32)],
    "no_post_after",
  ],
  ["nothing where no post is known", [], [], "no_post_before"],
])("takes as candidates %s", (_, neighbours, ids, open) => {
  expect(candidatesOf(LOST, neighbours)).toEqual({ ids, open });
});

it("takes two hundred at most, from below", () => {
  expect(candidatesOf(LOST, [BEFORE, at(211, 2_000)])).toEqual({ ids: upTo(11, 210), open: null });
  expect(candidatesOf(LOST, [BEFORE, at(212, 2_000)])).toEqual({ ids: upTo(11, 210), open: "too_many" });
});

it("looks downwards from the first post where none is known from before, and proves nothing by it", () => {
  const { ids, open } = candidatesOf(LOST, [at(501, 1_100), at(503, 1_200), at(505, 2_000)]);
  expect(ids.slice(0, 4)).toEqual([502, 504, 500, 499]);
  expect([ids.length, ids.at(-1), open]).toEqual([200, 303, "no_post_before"]);
});

const SIGHTS: Readonly<Record<number, Sight>> = { 11: "missing", 12: "other", 13: "unclear" };

it.each<[readonly number[], OpenEnd | null, ReturnType<typeof absence>]>([
  [[11, 12], null, "absent"],
  [[], null, "absent"],
  [[11, 12, 13], null, "unclear"],
  [[11, 12, 14], null, "unclear"],
  [[11], "too_many", "too_many"],
  [[11], "no_post_before", "no_post_before"],
  [[12], "no_post_after", "no_post_after"],
  [[13], "no_post_after", "unclear"],
])("of candidates %j with the end %s it is %s", (ids, open, verdict) => {
  expect(absence({ ids, open }, (id) => SIGHTS[id])).toBe(verdict);
});

it("goes by the order of the attempts where a clock was put back, or was wrong before", () => {
  const by = (neighbour: Neighbour, attempt: number): Neighbour => ({ ...neighbour, attempt });
  const lost = { ...LOST, attempt: 5 };
  const before = by(at(10, 500), 4);
  const after = by(at(20, 2_000), 9);
  expect(candidatesOf(lost, [before, by(at(13, 600), 6), after])).toEqual({
    ids: [11, 12, 14, 15, 16, 17, 18, 19],
    open: null,
  });
  const copy = { ...at(13, 600), behind: 5 };
  expect(candidatesOf(lost, [before, copy, after]).ids).toEqual([11, 12, 14, 15, 16, 17, 18, 19]);
  expect(candidatesOf(lost, [before, { ...copy, behind: 4 }, after]).ids[0]).toBe(14);
  expect(candidatesOf(lost, [by(at(8, 3_000), 3), before, after]).open).toBe(null);
  expect(candidatesOf(lost, [by(at(8, 3_000), 3), before])).toMatchObject({ open: "no_post_after" });
});

it("takes for a post before or after only what had ended when the call began, or began when it had ended, whatever the clock said", () => {
  const by = (neighbour: Neighbour, attempt: number, lastBegun: number) => ({
    ...neighbour,
    attempt,
    lastBegun,
  });
  const lost = { ...LOST, attempt: 5, lastBegun: 8 };
  const [before, after] = [by(at(10, 500), 3, 4), by(at(20, 2_000), 9, 9)];
  expect(candidatesOf(lost, [before, after])).toEqual({ ids: upTo(11, 19), open: null });
  // Under way when the lost one began, though its end is said to be before.
  const beside = by(at(11, 500), 4, 5);
  expect(candidatesOf(lost, [before, beside, after]).ids).toEqual(upTo(12, 19));
  expect(candidatesOf(lost, [by(at(300, 500), 4, 5), by(at(320, 2_000), 9, 9)]).open).toBe("no_post_before");
  // Begun before the lost one had ended, though later by the clock.
  expect(candidatesOf(lost, [before, by(at(20, 2_000), 8, 9)]).open).toBe("no_post_after");
});

it("takes for a copy before or after only what was there when the call began, or was made when it had ended, whatever the clock said", () => {
  const copy = (messageId: number, at_: number, behind: number, lastBegun: number): Neighbour => ({
    ...at(messageId, at_),
    behind,
    lastBegun,
  });
  const lost = { ...LOST, attempt: 5, lastBegun: 8 };
  const [before, after] = [copy(10, 500, 4, 4), copy(20, 2_000, 8, 8)];
  expect(candidatesOf(lost, [before, after])).toEqual({ ids: upTo(11, 19), open: null });
  // Asked for before the lost call began, and known to be there only later.
  expect(candidatesOf(lost, [before, copy(11, 500, 4, 5), after]).ids).toEqual(upTo(12, 19));
  expect(candidatesOf(lost, [copy(300, 500, 5, 5), copy(320, 2_000, 8, 8)]).open).toBe("no_post_before");
  expect(candidatesOf(lost, [before, copy(20, 2_000, 7, 9)]).open).toBe("no_post_after");
});

it("takes no copy of an earlier look for one after that which is looked for, nor one of a later look for one before it, whatever the clock said", () => {
  const copy = (messageId: number, at_: number, look: number): Neighbour => ({
    ...at(messageId, at_),
    look,
    behind: 4,
    lastBegun: 4,
  });
  const stray = { ...LOST, attempt: 5, lastBegun: 4, look: 7 };
  const [before, after] = [copy(10, 500, 6), copy(20, 2_000, 8)];
  expect(candidatesOf(stray, [before, after])).toEqual({ ids: upTo(11, 19), open: null });
  expect(candidatesOf(stray, [before, copy(11, 2_000, 6), after]).ids).toEqual(upTo(12, 19));
  expect(candidatesOf(stray, [before, copy(19, 500, 8), after]).ids).toEqual(upTo(11, 18));
  expect(candidatesOf(stray, [before, copy(11, 2_000, 6)]).open).toBe("no_post_after");
});
