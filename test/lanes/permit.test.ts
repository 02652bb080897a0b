import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import { SameSize } from "../../src/lanes/same-size.ts";
import { seededRandom } from "../../src/sandbox/profiles.ts";
import { flooded, GONE, gap, lane, NEVER, POSTED, refused, scene, taken, waiting } from "./clocked-lanes.ts";

const START = 5_000;

describe("a permit", () => {
  it("is ready at its slot and not before", async () => {
    const { clock, lanes } = scene([lane()]);
    const [first, second] = [waiting(taken(lanes), clock), waiting(taken(lanes), clock)];
    await clock.advance(0);
    expect([first.at, second.at]).toEqual([START, null]);
    await clock.advance(gap(60) - 0.001);
    expect(second.at).toBeNull();
    await clock.advance(1);
    expect(second.at).toBe(START + gap(60));
  });

  it.each([0, 0.4, 1, 25])("undercuts no deadline by timers that wake %d ms early", async (earlyMs) => {
    const only = lane();
    const { clock, lanes } = scene([only]);
    clock.earlyMs = earlyMs;
    lanes.freeze(only, 700.25);
    const permit = waiting(taken(lanes), clock);
    await clock.advance(700.249);
    expect(permit.at).toBeNull();
    await clock.advance(2);
    expect(permit.at).toBeGreaterThanOrEqual(START + 700.25);
    expect(permit.at).toBeLessThan(START + 702);
  });

  it("waits anew for a deadline that is set while it waits", async () => {
    const only = lane();
    const { clock, lanes } = scene([only]);
    taken(lanes);
    const permit = waiting(taken(lanes), clock);
    await clock.advance(1_000);
    lanes.freeze(only, 900);
    await clock.advance(900 - 0.01);
    expect(permit.at).toBeNull();
    await clock.advance(0.01);
    expect(permit.at).toBe(START + 1_900);
  });

  it("holds no more once its lane was frozen, closed or moved before the call", async () => {
    const only = lane();
    const { clock, lanes } = scene([only]);
    const permit = taken(lanes);
    expect([await permit.ready(NEVER, 0), permit.leaves()]).toEqual([true, true]);
    lanes.freeze(only, 100);
    expect(permit.leaves()).toBe(false);
    await clock.advance(100);
    expect(permit.leaves()).toBe(true);
    const { chat } = only;
    lanes.migrate(only, "-100777");
    expect([only.chat === chat, permit.leaves()]).toEqual([false, false]);
    only.chat = chat;
    lanes.close(only, failure("bot_kicked", "it was kicked"));
    expect(permit.leaves()).toBe(false);
  });

  it("is lost when its lane is frozen for more than a second, and gives its slot back", async () => {
    const only = lane();
    const { clock, lanes, log } = scene([only]);
    const permit = taken(lanes);
    only.frozenUntil = START + 1_001;
    const lost = waiting(permit, clock);
    await clock.advance(0);
    expect(lost.at).toBe(false);
    expect([only.calls.size, log, only.pace.next(START)]).toEqual([0, ["changed"], START]);
  });

  it("waits for a freeze of a second, and the next one keeps its distance from it", async () => {
    const only = lane();
    const { clock, lanes } = scene([only]);
    only.frozenUntil = START + 1_000;
    const [first, second] = [waiting(taken(lanes), clock), waiting(taken(lanes), clock)];
    await clock.advance(1_000);
    expect([first.at, second.at]).toEqual([START + 1_000, null]);
    await clock.advance(gap(60));
    expect(second.at).toBe(START + 1_000 + gap(60));
  });

  it("is lost when it is stopped, before or while it waits, and gives its slot back", async () => {
    const only = lane();
    const { clock, lanes } = scene([only]);
    expect(await taken(lanes).ready(AbortSignal.abort(), 0)).toBe(false);
    expect(only.pace.next(START)).toBe(START);
    taken(lanes);
    const stop = new AbortController();
    const lost = waiting(taken(lanes), clock, 0, stop.signal);
    await clock.advance(100);
    stop.abort();
    await clock.advance(0);
    expect([lost.at, only.calls.size]).toEqual([false, 1]);
    expect(only.pace.next(START)).toBe(START + gap(60));
  });

  it("is lost when its lane is closed while it waits", async () => {
    const only = lane();
    const { clock, lanes } = scene([only]);
    taken(lanes);
    const lost = waiting(taken(lanes), clock);
    lanes.close(only, GONE);
    await clock.advance(2_000);
    expect(lost.at).toBe(false);
  });

  it("gives its slot to the next one when it is dropped unused, and keeps it once it was used", async () => {
    const only = lane();
    const { lanes, log } = scene([only]);
    const unused = taken(lanes);
    unused.drop();
    unused.drop();
    expect([only.pace.next(START), only.calls.size, log]).toEqual([START, 0, ["changed"]]);
    const used = taken(lanes);
    expect(await used.ready(NEVER, 0)).toBe(true);
    used.drop();
    expect([only.pace.next(START), only.calls.size]).toEqual([START + gap(60), 0]);
  });

  it("that was ready for a call that was not made leaves its slots to the next one", async () => {
    const only = lane();
    const botPace = new FixedPace(30);
    const { lanes, log } = scene([only], {
      botPaces: new Map([["default", botPace]]),
      sameSize: new SameSize(),
    });
    for (let known = 0; known < 3; known += 1) {
      const permit = taken(lanes);
      expect(await permit.ready(NEVER, 5_000_000)).toBe(true);
      permit.giveBack();
      permit.drop();
      expect([only.pace.next(START), botPace.next(START), only.calls.size]).toEqual([START, START, 0]);
    }
    expect(log).toEqual(["changed", "changed", "changed"]);
  });

  it("ends once, and counts what was sent", async () => {
    const only = lane();
    const { lanes, log } = scene([only]);
    for (const answer of [POSTED, flooded(3_000), POSTED]) {
      const permit = taken(lanes);
      permit.end(answer);
      permit.drop();
    }
    expect([only.sent, only.calls.size]).toEqual([2, 0]);
    expect(log).toEqual(["changed", "keep -1001", "changed", "changed"]);
  });

  it("of a call that is no send is in its slot, freezes the lane, and counts as nothing sent", async () => {
    const only = lane();
    const { clock, lanes } = scene([only]);
    const edit = taken(lanes);
    await edit.ready(NEVER, 0);
    edit.end(POSTED, "other");
    expect([only.sent, only.passed.size, only.freeAt(clock.now())]).toEqual([0, 0, START + gap(60)]);
    await clock.advance(gap(60));
    const next = taken(lanes);
    await next.ready(NEVER, 0);
    next.end(flooded(9_000), "other");
    expect(only.frozenUntil).toBe(clock.now() + 9_000);
  });

  it("cannot end twice, nor after it was dropped: a call would be counted twice", () => {
    const only = lane();
    const { lanes } = scene([only]);
    const [once, dropped] = [taken(lanes), taken(lanes)];
    once.end(POSTED);
    dropped.drop();
    expect(() => once.end(POSTED)).toThrow("a second time");
    expect(() => dropped.end(POSTED)).toThrow("a second time");
    expect(only.sent).toBe(1);
  });

  it("moves the slots behind it when its call begins late", async () => {
    const only = lane("default", "-1001", new FixedPace(60));
    const { clock, lanes } = scene([only]);
    const permit = taken(lanes);
    await clock.advance(4_000);
    expect(await permit.ready(NEVER, 0)).toBe(true);
    expect(only.pace.next(START)).toBeGreaterThan(START + 4_000 + gap(60) * 0.89);
  });
});

describe("the answer to a call", () => {
  it("that asks to wait freezes the lane before anybody can take it", () => {
    const only = lane();
    const seen: number[] = [];
    const { lanes, log } = scene([only], { changed: () => seen.push(only.freeAt(START)) });
    taken(lanes).end(flooded(30_000));
    expect([only.frozenUntil, only.calls.size]).toEqual([START + 30_000, 0]);
    expect([seen, log]).toEqual([[START + 30_000], ["keep -1001"]]);
  });

  it("that tells of another chat moves the lane, and says so", () => {
    const only = lane();
    const { lanes, log, notices } = scene([only]);
    taken(lanes).end(refused(failure("chat_migrated", "400", { migrateTo: "-1009" })));
    expect(only.chat).toBe("-1009");
    expect(log).toEqual(["migrated -1001 to -1009", "keep -1009", "changed"]);
    expect(notices).toEqual(["lane default x -1001 is now -1009: put the new id into your configuration"]);
  });

  it("that refuses the bot closes the lane; the last one is reported before anybody can act on it", () => {
    const all = [lane("default", "-1"), lane("default", "-2")];
    const { lanes, log, notices } = scene(all);
    const permits = [taken(lanes, 0), taken(lanes, 0)];
    for (const permit of permits) permit.end(refused(GONE));
    expect(all.map(({ closed }) => closed)).toEqual([GONE, GONE]);
    expect(notices).toEqual(["lane default x -1 is out: the chat was deleted"]);
    expect(log).toEqual(["changed", "changed", "none open: chat_gone", "changed", "changed"]);
  });

  it("that refuses a kind closes the lane for what was sent, and for nothing else", () => {
    const only = lane();
    const { lanes } = scene([only]);
    taken(lanes).end(refused(failure("kind_not_allowed", "no photos")));
    expect([only.takes("photo"), only.takes("document"), only.closed]).toEqual([false, true, null]);
  });

  it.each(["media_refused", "answer_lost", "connect_failed"] as const)(
    "that failed for %s changes nothing about the lane",
    (reason) => {
      const only = lane();
      const { lanes, log } = scene([only]);
      taken(lanes).end(refused(failure(reason, "")));
      expect([only.frozenUntil, only.closed, only.sent, log]).toEqual([
        Number.NEGATIVE_INFINITY,
        null,
        0,
        ["changed"],
      ]);
    },
  );
});

describe("the pace of a bot", () => {
  it("holds over all its lanes, and not for another bot", async () => {
    const pace = new FixedPace(600, Number.POSITIVE_INFINITY);
    const all = [lane("default", "-1"), lane("default", "-2"), lane("default", "-3"), lane("other", "-1")];
    const { clock, lanes } = scene(all, { botPaces: new Map([["default", pace]]) });
    const permits = [1, 2, 3].map(() => waiting(taken(lanes), clock));
    const other = lanes.take("other", "photo", START, 0);
    const free = other && waiting(other, clock);
    await clock.advance(gap(600) * 3);
    for (const [index, { at }] of permits.entries()) expect(at).toBeCloseTo(START + gap(600) * index, 6);
    expect(free?.at).toBe(START);
  });

  it("takes back the slot of a permit that was lost", async () => {
    const pace = new FixedPace(1, Number.POSITIVE_INFINITY);
    const { lanes } = scene([lane()], { botPaces: new Map([["default", pace]]) });
    expect(await taken(lanes).ready(AbortSignal.abort(), 0)).toBe(false);
    expect(pace.next(START)).toBe(START);
  });
});

describe("uploads of one size", () => {
  async function starts(sizes: number[], sameSize: SameSize | null, slugs = ["default", "default"]) {
    const { clock, lanes } = scene(
      slugs.map((slug, index) => lane(slug, `-${index}`)),
      { sameSize },
    );
    const permits = slugs.map((slug, index) => {
      const permit = lanes.take(slug, "photo", START, 0);
      return permit && waiting(permit, clock, sizes[index]);
    });
    await clock.advance(2_000);
    return permits.map((permit) => Number(permit?.at) - START);
  }

  it("are spaced over the lanes of a bot", async () => {
    expect(await starts([5_000_000, 5_000_000], new SameSize())).toEqual([0, 500]);
  });

  it.each([
    ["other sizes", [5_000_000, 5_000_001], new SameSize(), ["default", "default"]],
    ["small ones", [100_000, 100_000], new SameSize(), ["default", "default"]],
    ["URLs", [0, 0], new SameSize(), ["default", "default"]],
    ["other bots", [5_000_000, 5_000_000], new SameSize(), ["default", "other"]],
    ["a server in local mode", [5_000_000, 5_000_000], null, ["default", "default"]],
  ])("do not hold up %s", async (_, sizes, sameSize, slugs) => {
    expect(await starts(sizes, sameSize, slugs)).toEqual([0, 0]);
  });
});

describe("under a storm of flood waits", () => {
  it.each([1, 2, 3])("no call ever begins before a deadline of its lane (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    const all = [lane("default", "-1", new FixedPace(600)), lane("default", "-2", new FixedPace(300))];
    const { clock, lanes } = scene(all);
    clock.earlyMs = 0.5;
    let begun = 0;
    for (let step = 0; step < 400; step += 1) {
      const permit = lanes.take("default", "photo", clock.now(), 2_000);
      void permit?.ready(NEVER, 0).then(async (ready) => {
        if (!ready) return;
        begun += 1;
        expect(clock.now()).toBeGreaterThanOrEqual(permit.lane.frozenUntil);
        await clock.sleep(random() * 300);
        permit.end(random() < 0.3 ? flooded(random() * 1_500) : POSTED);
      });
      await clock.advance(random() * 150);
    }
    expect(begun).toBeGreaterThan(30);
  });
});
