import { describe, expect, it } from "vitest";
import { InheritedPace } from "../../src/lanes/inherited-pace.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import type { Pace } from "../../src/lanes/port.ts";
import { seededRandom } from "../../src/sandbox/profiles.ts";
import { lane, NEVER, POSTED, scene } from "./clocked-lanes.ts";

const MINUTES = 20;
const MINUTE_MS = 60_000;

/** When a server gets the calls of a lane with this pace, each of which is held up for `heldUpMs` of its turn before it leaves, and for `onWayMs` after. */
async function callsOf(
  pace: Pace,
  heldUpMs: (at: number) => number,
  onWayMs: (at: number) => number = () => 0,
): Promise<number[]> {
  const { clock, lanes } = scene([lane("default", "-1001", pace)]);
  const got: number[] = [];
  const over = clock.now() + MINUTES * MINUTE_MS;
  const sender = async () => {
    while (clock.now() < over) {
      const permit = lanes.take("default", "photo", clock.now(), 0);
      await (permit ? permit.ready(NEVER, 0) : clock.sleep(100, NEVER));
      if (!permit) continue;
      await clock.sleep(heldUpMs(clock.now()), NEVER);
      expect(permit.leaves()).toBe(true);
      const started = clock.now();
      await clock.sleep(onWayMs(started), NEVER);
      got.push(clock.now());
      await clock.sleep(400, NEVER);
      permit.end({ ...POSTED, times: { started, bodyEnd: started, ended: clock.now() } });
    }
  };
  const all = Promise.all(Array.from({ length: 6 }, sender));
  for (let at = clock.now(); at < over + MINUTE_MS; at += 1_000) await clock.advance(1_000);
  await all;
  return got.sort((a, b) => a - b);
}

function mostInMinute(calls: readonly number[]): number {
  return Math.max(...calls.map((from) => calls.filter((at) => at >= from && at < from + MINUTE_MS).length));
}

/** What is begun while the ledger stands still goes on when it does, every three minutes. */
const standsStill = (forMs: number) => (at: number) => {
  const since = at % (3 * MINUTE_MS);
  return since < forMs ? forMs - since : 5;
};
/** Most are written down at once, and one of twenty takes up to 20 s. */
const anyTime = () => {
  const random = seededRandom(7);
  return () => random() * (random() < 0.05 ? 20_000 : 300);
};
const open = {
  own: () => new FixedPace(20),
  inherited: () => new InheritedPace(new FixedPace(20), { calls: [1_000, 4_000], nextAt: 0 }, 20),
};

describe("calls that a server gets late, since they are written down before, or on their way for long", () => {
  it.each([
    {
      pace: open.own,
      of: "a lane",
      what: "a ledger that stands still for 10 s",
      heldUpMs: standsStill(10_000),
    },
    { pace: open.own, of: "a lane", what: "one that does for 2 s", heldUpMs: standsStill(2_000) },
    { pace: open.own, of: "a lane", what: "a slow one", heldUpMs: anyTime() },
    { pace: open.inherited, of: "a lane that was another's", what: "a slow one", heldUpMs: anyTime() },
  ])("are no more than 20 in any minute of $of, at $what", async ({ pace, heldUpMs }) => {
    const calls = await callsOf(pace(), heldUpMs);
    expect(mostInMinute(calls)).toBe(20);
    expect(calls.length).toBeGreaterThan(0.9 * 20 * MINUTES);
  });

  it.each([
    { pace: open.own, of: "a lane" },
    { pace: open.inherited, of: "a lane that was another's" },
  ])("are no more than 20 in any minute of $of where some are seconds on their way", async ({ pace }) => {
    const random = seededRandom(11);
    const calls = await callsOf(
      pace(),
      () => 5,
      () => random() * (random() < 0.2 ? 5_000 : 200),
    );
    expect(mostInMinute(calls)).toBe(20);
    expect(calls.length).toBeGreaterThan(0.9 * 20 * MINUTES);
  });
});
