import { expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { AdaptivePace } from "../../src/lanes/adaptive.ts";
import { outlookOf } from "../../src/lanes/outlook.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import type { LanePermit } from "../../src/lanes/permit.ts";
import { seededRandom } from "../../src/sandbox/profiles.ts";
import { GONE, lane, NEVER, POSTED, scene } from "./clocked-lanes.ts";

const BOTS = ["a", "b", "c"];
const FLOOD = failure("flood_wait", "wait", { retryAfterMs: 4_000 });

/** Whatever happens to lanes: what is kept of them between two events is what they say themselves. */
it.each([1, 2, 3, 4, 5, 6])(
  "keeps of the lanes of a bot nothing that they do not say themselves (%i)",
  async (seed) => {
    const random = seededRandom(seed);
    const paces = [() => new FixedPace(60), () => new AdaptivePace({ start: 20, most: 1_800 })];
    const all = BOTS.flatMap((bot) =>
      ["-1", "-2", "-3"].map((chat) => lane(bot, chat, paces[Math.floor(random() * 2)]?.())),
    );
    const { clock, lanes } = scene(all);
    const open = new Set<LanePermit>();
    const called = new Set<LanePermit>();
    const pick = <T>(from: Iterable<T>): T | undefined => [...from][Math.floor(random() * [...from].length)];
    const take = () => {
      const permit = lanes.take(pick(BOTS) ?? "", "photo", clock.now(), 2_000);
      if (permit) open.add(permit);
    };
    const begin = async () => {
      const permit = pick(open);
      if (!permit) return;
      open.delete(permit);
      if (random() < 0.2) permit.widen(3);
      const ready = permit.ready(NEVER, 0);
      await clock.advance(5_000);
      if (await ready) called.add(permit);
    };
    const end = (isFlood: boolean) => {
      const permit = pick(called);
      if (!permit) return;
      called.delete(permit);
      const now = clock.now();
      const times = { started: now - 800, bodyEnd: now - 700, ended: now };
      permit.end(isFlood ? { ok: false, failure: FLOOD, times } : { ...POSTED, times });
    };
    const drop = () => {
      const permit = pick(open);
      permit?.drop();
      if (permit) open.delete(permit);
    };
    const close = () => {
      const one = pick(all);
      if (one) lanes.close(one, GONE, random() < 0.5 ? "photo" : undefined);
    };
    const reopen = () => {
      const one = all.find(({ closed }) => closed !== null);
      if (one) lanes.reopen(one, { id: one.chat, type: "channel", title: one.title });
    };
    const events = [take, take, take, begin, begin, () => end(false), () => end(true), drop, reopen];
    for (let nth = 0; nth < 300; nth += 1) {
      await (random() < 0.03 ? close() : pick(events)?.());
      if (random() < 0.5) await clock.advance(Math.floor(random() * 3_000));
      const now = clock.now();
      for (const bot of BOTS) {
        const own = all.filter((each) => each.bot.slug === bot && each.closed === null);
        expect(lanes.isOpen(bot)).toBe(own.length > 0);
        expect(lanes.freeAt(bot, now)).toBe(
          Math.min(...own.map((each) => each.freeAt(now)), Number.POSITIVE_INFINITY),
        );
        expect(lanes.outlook(bot, now)).toEqual(outlookOf(own, now));
        expect(lanes.whyAway(bot, 1_000) === null).toBe(
          own.some(({ frozenUntil }) => frozenUntil - now <= 1_000),
        );
      }
    }
  },
);
