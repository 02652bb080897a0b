import { describe, expect, it } from "vitest";
import { Emitter } from "../../../src/domain/events.ts";
import type { ItemResult } from "../../../src/domain/outcome.ts";
import { Tally } from "../../../src/figures/tally.ts";
import { itemResult } from "../../../src/pipeline/results.ts";
import { lostLines } from "../../../src/reporters/run/lost-lines.ts";
import { waitingText } from "../../../src/reporters/run/waiting.ts";
import { VirtualClock } from "../../helpers/clock.ts";

const NOON = new Date(2026, 0, 31, 12, 0, 0).getTime();

function ran(...items: Partial<ItemResult>[]) {
  const events = new Emitter();
  const tally = new Tally(events, new VirtualClock());
  for (const item of items)
    events.emit("item", itemResult({ key: "a.jpg", bot: "default", status: "ready", ...item }));
  return { events, tally };
}

const told = (...items: Partial<ItemResult>[]) =>
  lostLines(ran(...items).tally.snapshot(), { command: "prewarm run", nowMs: NOON });

describe("what became of lost answers", () => {
  it("is not told where nothing was lost", () => {
    expect(told({}, { status: "unknown", left: true })).toEqual([]);
  });

  it("is told by how it was resolved, and why some were sent without a look", () => {
    const unchecked = {
      resolved: "unchecked",
      resolvedWhy: "it was sent without a tag to know it by",
    } as const;
    expect(told({ resolved: "found" }, { resolved: "found" }, { resolved: "sent" }, unchecked)).toEqual([
      "lost answers: 2 found by looking, 1 sent anew, proved not to be there, 1 sent anew unchecked",
      "unchecked 1: it was sent without a tag to know it by",
    ]);
  });

  it("says when the rest can be looked at, all of it, and why some cannot be decided", () => {
    const left = { status: "unknown", left: true } as const;
    const items = [
      { ...left, lookAt: NOON + 60_000 },
      { ...left, lookAt: NOON + 5 * 60_000 - 1 },
      { ...left, resolvedWhy: "more than 200 other messages stand where its message could be" },
    ];
    expect(told(...items)).toEqual([
      "2 objects whose answers were lost can be looked for from 12:05; run `prewarm run --only unknown` again then",
      "1 stays unknown: more than 200 other messages stand where its message could be",
    ]);
    expect(told({ ...left, lookAt: NOON + 24 * 3_600_000 })[0]).toContain(
      "1 object whose answer was lost can be looked for from 2026-02-01 12:00;",
    );
  });

  it("shows while it goes on how many are left and how many messages were asked for", () => {
    const { events, tally } = ran();
    const waiting = () => waitingText(tally.snapshot());
    events.emit("looking", { left: 12 });
    events.emit("look", { bot: "default", chat: "-1001", messageId: 7, way: "edit", seen: "missing" });
    expect(waiting()).toBe("looking for lost messages of 12 objects (1 asked for)");
    events.emit("looking", { left: 0 });
    expect(waiting()).toBeNull();
  });
});
