import { Emitter } from "../../../src/domain/events.ts";
import type { PackRule } from "../../../src/domain/pack-rule.ts";
import type { Proof } from "../../../src/domain/proof.ts";
import type { CalledLane } from "../../../src/lanes/port.ts";
import { Packs } from "../../../src/pipeline/packs/packs.ts";
import { VirtualClock } from "../../helpers/clock.ts";

/** A lane that bears 20 messages a minute. */
export const LANE = { bot: { slug: "default" }, chat: "-1001", pace: { perMinute: 20 } } as CalledLane;

const UP_TO_50: PackRule = { type: "up to", most: 50 };

/** Packs of up to 50, or by another rule, whose photos are proved, on a clock of their own. */
export function openPacks({ rule = UP_TO_50, proved = [] as Partial<Proof>[] } = {}) {
  const clock = new VirtualClock();
  const kept: Proof[] = [];
  const told: string[] = [];
  const photo: Proof = {
    bot: "default",
    scope: "*",
    what: "ids:photo",
    result: "ordinary",
    evidence: {},
    at: 0,
  };
  const packs = new Packs({
    clock,
    events: new Emitter().on("notice", ({ text }) => told.push(text)),
    rule,
    local: false,
    proofs: [{}, ...proved].map((more) => ({ ...photo, at: clock.wall(), ...more })),
    typeOf: () => ({ type: "channel" }),
    keep: (proof) => kept.push(proof),
  });
  /** A pack of ten that is answered after so many seconds, and the next one due three seconds after it began. */
  const pack = async (seconds: number, isFlood = false) => {
    const at = clock.now();
    await clock.advance(Math.max(3, seconds) * 1_000);
    packs.pack(LANE, { at, media: 10, isFlood, ms: seconds * 1_000 });
  };
  return { clock, kept, told, pack, packs, slotsNow: () => packs.useOf(LANE).slots };
}
