import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { Lane } from "../../src/lanes/lane.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import type { SendAnswer } from "../../src/telegram/port.ts";
import { flooded, GONE, gap, lane, NEVER, POSTED, refused, scene, taken, waiting } from "./clocked-lanes.ts";

const START = 5_000;

/** Lanes of one bot, in chats -1, -2 and so on. */
function some(count: number, perMinute = 60): Lane[] {
  return Array.from({ length: count }, (_, index) =>
    lane("default", `-${index + 1}`, new FixedPace(perMinute)),
  );
}

describe("giving out lanes", () => {
  it("takes the one that is free first", () => {
    const all = some(3);
    const { lanes } = scene(all);
    const [a, b, c] = all as [Lane, Lane, Lane];
    a.frozenUntil = START + 3_000;
    b.frozenUntil = START + 1_000;
    c.pace.take(START);
    expect(lanes.freeAt("default", START)).toBe(START + 1_000);
    expect([1, 2, 3, 4].map(() => taken(lanes).lane.chat)).toEqual(["-2", "-3", "-2", "-3"]);
    expect(lanes.freeAt("default", START)).toBe(START + 3_000);
  });

  it("spreads over all lanes that are free alike", () => {
    const { lanes } = scene(some(4));
    const chats = [1, 2, 3, 4].map(() => taken(lanes, 0).lane.chat);
    expect(chats).toEqual(["-1", "-2", "-3", "-4"]);
  });

  it("gives none that is free later than asked for", () => {
    const { lanes } = scene(some(1));
    taken(lanes, 0);
    expect(lanes.take("default", "photo", START, gap(60) - 1)).toBeNull();
    expect(taken(lanes, gap(60) + 0.001).lane.chat).toBe("-1");
  });

  it("knows no moment while every lane is busy with calls of unknown length", async () => {
    const { lanes } = scene([lane("default", "-1", new FixedPace(60, 1))]);
    const permit = taken(lanes);
    expect(lanes.freeAt("default", START)).toBe(Number.POSITIVE_INFINITY);
    expect(lanes.take("default", "photo", START, 1e9)).toBeNull();
    await permit.ready(NEVER, 0);
    expect(lanes.freeAt("default", START)).toBe(START + 10_000);
    permit.end(POSTED);
    expect(lanes.freeAt("default", START)).toBe(START + gap(60));
  });

  it("gives each bot its own lanes", () => {
    const { lanes } = scene([lane("a", "-1"), lane("b", "-2")]);
    expect(lanes.take("b", "photo", START, 0)?.lane.chat).toBe("-2");
    expect(lanes.take("b", "photo", START, 0)).toBeNull();
    expect(lanes.take("c", "photo", START, 1e9)).toBeNull();
    expect(lanes.freeAt("c", START)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a flood wait", () => {
  it("freezes its lane alone, later deadlines win, and it is told and kept", async () => {
    const all = some(3);
    const { clock, lanes, told, log } = scene(all);
    const [a, b] = all as [Lane, Lane];
    lanes.freeze(a, 30_000);
    await clock.advance(5_000);
    lanes.freeze(a, 10_000);
    expect(a.frozenUntil).toBe(START + 30_000);
    await clock.advance(5_000);
    lanes.freeze(a, 300_000.5);
    expect([a.frozenUntil, b.frozenUntil]).toEqual([START + 310_000.5, Number.NEGATIVE_INFINITY]);
    expect(told.at(-1)).toMatchObject({ chat: "-1", frozenUntil: START + 310_000.5 });
    expect(log).toEqual(["keep -1", "keep -1", "keep -1"]);
    expect(lanes.freeAt("default", clock.now())).toBe(clock.now());
  });

  it("costs the other lanes nothing", async () => {
    const all = some(4, 60);
    const { clock, lanes } = scene(all);
    lanes.freeze(all[0] as Lane, 300_000);
    const sent = new Map<string, number>();
    while (clock.now() < START + 300_000) {
      for (
        let permit = lanes.take("default", "photo", clock.now(), 0);
        permit;
        permit = lanes.take("default", "photo", clock.now(), 0)
      ) {
        expect(await permit.ready(NEVER, 0)).toBe(true);
        permit.end(POSTED);
        sent.set(permit.lane.chat, (sent.get(permit.lane.chat) ?? 0) + 1);
      }
      await clock.advance(lanes.freeAt("default", clock.now()) - clock.now());
    }
    expect([...sent.keys()].sort()).toEqual(["-2", "-3", "-4"]);
    for (const count of sent.values()) expect(count).toBeGreaterThanOrEqual(297);
  });

  it("that two lanes meet together freezes all lanes of the bot, and only of that bot", async () => {
    const all = [...some(4), lane("other", "-9")];
    const { clock, lanes } = scene(all);
    const [a, b, c, d, other] = all as [Lane, Lane, Lane, Lane, Lane];
    c.frozenUntil = START + 90_000;
    lanes.freeze(a, 20_000);
    await clock.advance(500);
    lanes.freeze(b, 60_000);
    expect([a, b, c, d].map(({ frozenUntil }) => frozenUntil - START)).toEqual([
      60_500, 60_500, 90_000, 60_500,
    ]);
    expect(other.frozenUntil).toBe(Number.NEGATIVE_INFINITY);
  });

  it("is told in milliseconds of one chat, and of the bot once all its chats wait", async () => {
    const all = some(2);
    const { clock, lanes } = scene(all);
    const waits = () => ["-1", "-2", null].map((chat) => lanes.waitMs("default", chat, clock.now()));
    expect(waits()).toEqual([0, 0, 0]);
    lanes.freeze(all[0] as Lane, 30_000);
    expect(waits()).toEqual([30_000, 0, 0]);
    lanes.freezes.tell(all[1] as Lane, START + 20_000);
    expect(waits()).toEqual([30_000, 20_000, 20_000]);
    await clock.advance(25_000);
    expect(waits()).toEqual([5_000, 0, 0]);
    expect([lanes.waitMs("other", null, START), lanes.waitMs("default", "-3", START)]).toEqual([0, 0]);
  });
});

describe("closing", () => {
  it("gives a permit in one chat to calls that are no sends, which no kind keeps out and which close none", async () => {
    const [a, b] = [lane("default", "-1"), lane("default", "-2")];
    const { lanes } = scene([a, b]);
    a.refused.add("photo");
    const permit = lanes.takeIn("default", "-1", START, 0);
    expect([permit?.lane, lanes.takeIn("default", "-1", START, 0)]).toEqual([a, null]);
    await permit?.ready(NEVER, 0);
    permit?.end(refused(failure("kind_not_allowed", "no photos")), "other");
    expect([a.closed, [...a.refused], lanes.isOpenIn("default", "-1")]).toEqual([null, ["photo"], true]);
    lanes.close(a, GONE);
    expect([lanes.isOpenIn("default", "-1"), lanes.takeIn("default", "-1", START, 1e9)]).toEqual([
      false,
      null,
    ]);
    expect(lanes.isOpenIn("other", "-2")).toBe(false);
  });

  it("takes a lane out for good, with the first reason, and rings", () => {
    const all = some(2);
    const { lanes, told, log } = scene(all);
    const [a, b] = all as [Lane, Lane];
    lanes.close(a, GONE);
    lanes.close(a, failure("bot_kicked", "kicked"));
    expect(told.at(-1)).toMatchObject({ chat: "-1", closed: GONE });
    expect(log).toEqual(["changed", "changed"]);
    expect([1, 2].map(() => taken(lanes).lane)).toEqual([b, b]);
    expect([lanes.isOpen("default"), lanes.anyOpen]).toEqual([true, true]);
    lanes.close(b, failure("bot_kicked", "kicked"));
    expect([lanes.isOpen("default"), lanes.anyOpen]).toEqual([false, false]);
    expect(lanes.take("default", "photo", START, 1e9)).toBeNull();
    expect(lanes.whyClosed("default", "photo")).toMatchObject({
      reason: "no_lane_left",
      message: expect.stringContaining(GONE.message),
    });
  });

  it("takes a lane out for one kind", () => {
    const all = some(2);
    const { lanes } = scene(all);
    const [a, b] = all as [Lane, Lane];
    const cause = failure("kind_not_allowed", "no photos here");
    lanes.close(a, cause, "photo");
    expect([taken(lanes, 0).lane, lanes.take("default", "voice", START, 0)?.lane]).toEqual([b, a]);
    lanes.close(b, cause, "photo");
    expect([lanes.isOpen("default", "photo"), lanes.isOpen("default", "voice")]).toEqual([false, true]);
    expect(lanes.isOpen("default")).toBe(true);
    expect(lanes.take("default", "photo", START, 1e9)).toBeNull();
    expect(lanes.whyClosed("default", "photo")).toMatchObject({ class: "chat", reason: "kind_not_allowed" });
  });

  it("takes a bot out with all its lanes", () => {
    const { lanes } = scene([...some(2), lane("other", "-9")]);
    const frozen = failure("bot_frozen", "frozen");
    lanes.closeBot("default", frozen);
    expect([lanes.isOpen("default"), lanes.isOpen("other"), lanes.anyOpen]).toEqual([false, true, true]);
    expect(lanes.whyClosed("default", "photo")).toMatchObject({
      reason: "no_lane_left",
      message: "bot default has no warmup chat left to send to: frozen",
    });
    expect(lanes.freeAt("default", START)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("telling", () => {
  it("shows every lane at the start, and each one whose permit ends", () => {
    const { lanes, told, log } = scene(some(2));
    expect(told.map(({ chat }) => chat)).toEqual(["-1", "-2"]);
    taken(lanes).end(POSTED);
    expect(told.at(-1)).toMatchObject({ chat: "-1", sent: 1 });
    expect(log).toEqual(["changed"]);
  });

  it("follows a group that became a supergroup, and says so before it does", () => {
    const all = some(1);
    const { lanes, told, log } = scene(all);
    lanes.migrate(all[0] as Lane, "-1009");
    expect(log).toEqual(["migrated -1 to -1009", "keep -1009"]);
    expect(told.at(-1)?.chat).toBe("-1009");
    expect(taken(lanes).lane.chat).toBe("-1009");
  });

  const became = (chat: string) => refused(failure("chat_migrated", "upgraded", { migrateTo: chat }));

  it.each([
    ["itself", ["-1"], "-1"],
    ["one that it was before", ["-8", "-1"], "-8"],
    ["one after the other", ["-5", "-6", "-7", "-8"], "-7"],
  ])("closes where a chat becomes %s", (_, moves, last) => {
    const { lanes, log } = scene(some(1));
    for (const chat of moves) taken(lanes).end(became(chat));
    expect(lanes.all).toMatchObject([{ chat: last, closed: { class: "chat", reason: "chat_migrated" } }]);
    expect(log.filter((line) => line.startsWith("migrated"))).toHaveLength(moves.length - 1);
  });

  it("does not go back for an answer that comes late", () => {
    const { lanes } = scene(some(1, 60_000));
    const [first, late] = [taken(lanes), taken(lanes)];
    first.end(became("-8"));
    taken(lanes).end(became("-9"));
    late.end(became("-8"));
    expect(lanes.all).toMatchObject([{ chat: "-9", closed: null }]);
  });

  it("keeps all lanes for the next run", () => {
    const { lanes, log } = scene(some(3));
    lanes.rememberAll();
    expect(log).toEqual(["keep -1", "keep -2", "keep -3"]);
  });
});

describe("a lane that refuses media by a text that nobody knows", () => {
  const ODD = failure("refused_unclear", "ODD", { code: 400 });
  const refusedBy = (medium: string, startedAt: number) =>
    ({ medium, kind: "photo", startedAt, again: false, failure: ODD }) as const;

  /** Two media are refused while the call of a third is under way; `answer` is what that one is told. */
  async function withThird(answer: SendAnswer) {
    const { clock, lanes } = scene(some(1, 60_000));
    const permits = [1, 2, 3].map(() => taken(lanes, 1e9));
    const ready = Promise.all(permits.map((permit) => permit.ready(NEVER, 0)));
    await clock.runToEnd(ready);
    for (const [index, permit] of permits.slice(0, 2).entries()) {
      permit.end(refused(ODD));
      lanes.refused("default", "-1", refusedBy(`m${index}`, clock.now()));
    }
    const before = lanes.anyOpen;
    await clock.advance(1);
    permits[2]?.end(answer);
    return [before, lanes.anyOpen];
  }

  it("is open for good where a call that was under way goes through", async () => {
    expect(await withThird(POSTED)).toEqual([true, true]);
  });

  it("is out once the answers are there and none went through", async () => {
    expect(await withThird(refused(failure("answer_lost", "")))).toEqual([true, false]);
  });
});

describe("a chat that becomes one that is a lane already", () => {
  const MOVED = refused(failure("chat_migrated", "upgraded", { migrateTo: "-2" }));

  it("is that lane from then on: one pace, one freeze, and a row less", async () => {
    const all = some(2, 20);
    const { clock, lanes, log, moved } = scene(all);
    const [a, b] = all as [Lane, Lane];
    a.frozenUntil = START + 1_000;
    const first = taken(lanes, 1e9);
    const other = taken(lanes, 1e9);
    expect(new Set([first.lane, other.lane])).toEqual(new Set(all));
    const [ofA, ofB] = first.lane === a ? [first, other] : [other, first];
    await clock.advance(1_000);
    expect(await ofA.ready(NEVER, 0)).toBe(true);
    const waits = waiting(ofB, clock);
    await clock.advance(1);
    ofA.end(MOVED);
    expect(lanes.all).toEqual([b]);
    expect(moved).toEqual([{ bot: "default", chat: "-1", to: "-2" }]);
    expect(log).toContain("migrated -1 to -2");
    expect(log).not.toContain("keep -1");
    expect([waits.at !== null, b.closed, lanes.anyOpen]).toEqual([true, null, true]);
    ofB.end(POSTED);
    const at: number[] = [];
    for (let sends = 0; sends < 4; sends++) {
      const permit = taken(lanes, 1e9, clock.now());
      expect(permit.lane).toBe(b);
      await clock.runToEnd(permit.ready(NEVER, 0));
      at.push(clock.now());
      permit.end(POSTED);
    }
    const gaps = at.slice(1).map((moment, index) => moment - (at[index] ?? 0));
    expect(gaps.filter((ms) => ms < 3_000)).toEqual([]);
  });

  it("hands a permit back that was not used yet, and what a late call there was told to the lane that is left", async () => {
    const all = some(2, 60_000);
    const { clock, lanes } = scene(all);
    const [a, b] = all as [Lane, Lane];
    const permits = [1, 2, 3, 4].map(() => taken(lanes, 1e9)).filter(({ lane }) => lane === a);
    const [moves, floods, unused] = permits;
    if (!moves || !floods) throw new Error("lane -1 gave no two permits");
    await clock.advance(1_000);
    for (const permit of [moves, floods]) expect(await permit.ready(NEVER, 0)).toBe(true);
    moves.end(MOVED);
    floods.end(flooded(30_000));
    expect([b.frozenUntil, lanes.all]).toEqual([clock.now() + 30_000, [b]]);
    if (unused) expect(await unused.ready(NEVER, 0)).toBe(false);
  });

  it("ends the run where that lane is out", () => {
    const all = some(2);
    const { lanes, log } = scene(all);
    lanes.close(all[1] as Lane, GONE);
    lanes.migrate(all[0] as Lane, "-2");
    expect([lanes.anyOpen, log.filter((line) => line.startsWith("none"))]).toEqual([
      false,
      ["none open: chat_gone"],
    ]);
  });
});
