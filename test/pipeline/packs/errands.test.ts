import { expect, it } from "vitest";
import type { MediaKind } from "../../../src/domain/media.ts";
import type { CalledLane } from "../../../src/lanes/port.ts";
import { CanaryWaits } from "../../../src/pipeline/packs/canary-waits.ts";
import { Errands, nextErrand } from "../../../src/pipeline/packs/errands.ts";
import { GONE, lane, scene } from "../../lanes/clocked-lanes.ts";

/** Errands that write down how they went, and lanes of two bots, the first in two chats. */
function openErrands() {
  const { lanes } = scene([lane("one", "-1"), lane("one", "-2"), lane("two", "-1")]);
  const errands = new Errands();
  const log: string[] = [];
  const add = (name: string, bot: string, chat: string | null) =>
    errands.add({
      ...{ bot, chat, kind: "photo" },
      run: async (permit) => {
        log.push(`${name} in ${permit.lane.chat} by ${permit.lane.bot.slug}`);
      },
      giveUp: async () => {
        log.push(`${name} given up`);
      },
    });
  const next = () => nextErrand(errands, lanes, 0, 0);
  return { errands, lanes, log, add, next };
}

it("goes first in, first out, each on a lane of its bot, and leaves the lane free", async () => {
  const { lanes, errands, log, add, next } = openErrands();
  add("first", "two", null);
  add("second", "two", null);
  const first = next();
  expect([next(), errands.size]).toEqual([null, 1]);
  await first?.();
  expect(log).toEqual(["first in -1 by two"]);
  const second = nextErrand(errands, lanes, 60_000, 0);
  await second?.();
  expect([log.at(-1), errands.size, next()]).toEqual(["second in -1 by two", 0, null]);
});

it("waits for the only chat that will do, while others pass it", async () => {
  const { log, add, next, errands } = openErrands();
  for (const name of ["first", "second"]) add(name, "one", "-2");
  add("anywhere", "one", null);
  for (const run of [next(), next()]) await run?.();
  expect([log, errands.size, next()]).toEqual([["first in -2 by one", "anywhere in -1 by one"], 1, null]);
});

it("is given up once no lane is left for it, before anything else is done", async () => {
  const { lanes, log, add, next, errands } = openErrands();
  add("of one", "one", null);
  for (const chat of [null, "-1"]) add(`of two in ${chat}`, "two", chat);
  lanes.closeBot("two", GONE);
  for (const run of [next(), next()]) await run?.();
  expect([log, errands.size]).toEqual([["of two in null given up", "of two in -1 given up"], 1]);
});

it("keeps kinds whose canaries met a wait until a single send of their lane", () => {
  const waits = new CanaryWaits();
  const at = (chat: string) => ({ bot: { slug: "one" }, chat }) as CalledLane;
  const kinds = (...all: MediaKind[]) => new Set(all);
  waits.add(at("-1"), kinds("photo"));
  waits.add(at("-1"), kinds("audio", "photo"));
  waits.add(at("-2"), kinds("video"));
  expect([waits.take(at("-1")), waits.take(at("-1")), waits.take(at("-2"))]).toEqual([
    ["photo", "audio"],
    [],
    ["video"],
  ]);
});
