import { expect, it } from "vitest";
import { Simulation } from "../simulation/run.ts";

const CHAT = -1001000000001;
/** Without silent waits each limit answers by a wait. */
const BARE = { absorb_ms: 0 };

it.each([
  ["none", { unlimited: true }],
  ["token_bucket", { ...BARE, model: "token_bucket", rate: 20, burst: 8 }],
  ["bucket_minute", { ...BARE, model: "bucket_minute", rate: 16 }],
  ["sliding_minute", { ...BARE, model: "sliding_minute", rate: 16 }],
  ["fixed_window", { ...BARE, model: "fixed_window", rate: 16 }],
] as const)("finds out the limit of a chat: %s", async (model, limits) => {
  const simulation = await Simulation.open([CHAT]);
  simulation.botApi.control({ chat: { id: CHAT, ...limits } });
  expect((await simulation.probe(CHAT, "limit")).found).toEqual([`limit ${model}`]);
});

it("finds out that the quota of a chat counts messages", async () => {
  const simulation = await Simulation.open([CHAT]);
  const { found } = await simulation.probe(CHAT, "limit", "quota");
  expect(found).toEqual(["packs supported", "limit token_bucket", "quota messages"]);
});

it.each(["debt", "refuse"] as const)(
  "finds out that it counts media, and packs are no use there: %s",
  async (overflow) => {
    const simulation = await Simulation.open([CHAT], { counts: "media", overflow });
    const { found, posted } = await simulation.probe(CHAT, "quota", "overflow");
    expect(found).toEqual(["packs supported", "quota media", `overflow ${overflow}`]);
    expect(posted).toBeLessThanOrEqual(30);
  },
);
