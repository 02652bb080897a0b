import { describe, expect, it } from "vitest";
import { Simulation } from "./run.ts";

const CHATS = [-2001, -2002, -2003, -2004];
const [CHAT = 0, ...OTHERS] = CHATS;

/** By all four channels at the documented pace, which is 20 messages a minute each and 30 a second over all. */
const PACED = { chat: CHATS.map(String), pace: "documented", botPace: "30/s" };

async function simulation(objects: number): Promise<Simulation> {
  const opened = await Simulation.open(CHATS);
  opened.put(objects);
  return opened;
}

describe("a run by four channels", () => {
  it("keeps the documented pace in each, without a single 429", async () => {
    const simulated = await simulation(400);
    const { items, stopped } = await simulated.run({ ...PACED, maxDuration: "2m" });
    const perLane = CHATS.map((chat) => simulated.calls(chat).length);
    expect(perLane.filter((calls) => calls < 39 || calls > 41)).toEqual([]);
    expect(simulated.botApi.calls().filter(({ code }) => code === 429)).toEqual([]);
    expect([stopped, items.length]).toEqual(["duration", perLane.reduce((sum, calls) => sum + calls, 0)]);
  });

  it("loses nothing when one is frozen for 300 s, and that one is not called before its deadline", async () => {
    const simulated = await simulation(400);
    simulated.botApi.control({ frozen: { chat: CHAT, seconds: 300 } });
    await simulated.run({ ...PACED, maxDuration: "2m" });
    expect(simulated.calls(CHAT).map(({ code }) => code)).toEqual([429]);
    for (const chat of OTHERS) expect(simulated.calls(chat).length).toBeGreaterThanOrEqual(39);
  });
});

describe("a run by one channel", () => {
  const ONE = { ...PACED, chat: [String(CHAT)] };

  it("keeps a deadline that an earlier run was given", async () => {
    const simulated = await simulation(40);
    simulated.botApi.control({ frozen: { chat: CHAT, seconds: 60 } });
    const first = await simulated.run({ ...ONE, maxDuration: "5s" });
    expect([first.stopped, first.items]).toEqual(["duration", []]);
    const before = simulated.calls(CHAT).length;
    await simulated.run({ ...ONE, limit: "3" });
    const [refused, ...rest] = simulated.calls(CHAT);
    const deadline = (refused?.answered ?? 0) + (refused?.retry_after ?? 0) * 1_000;
    const later = rest.slice(before - 1);
    expect(later.map(({ code }) => code)).toEqual([200, 200, 200]);
    expect(later.filter(({ started }) => started < deadline)).toEqual([]);
  });

  it("obeys a flood wait that comes as HTTP 400, and does not count it as a try", async () => {
    const simulated = await simulation(3);
    const fault = { type: "flood", retry_after: 7, as_400: true };
    simulated.botApi.control({
      faults: [{ server: "bot-api", match: { method: "sendDocument", nth: 1 }, fault }],
    });
    const { items } = await simulated.run({ ...ONE, retries: "0" });
    expect(items.map(({ status }) => status)).toEqual(["ready", "ready", "ready"]);
    const [refused, next] = simulated.calls(CHAT);
    expect(refused?.code).toBe(400);
    expect((next?.started ?? 0) - (refused?.answered ?? 0)).toBeGreaterThanOrEqual(7_000);
  });

  it("goes well beyond the documented pace where the chat allows it, and remembers that", async () => {
    const simulated = await simulation(400);
    simulated.botApi.control({ chat: { id: CHAT, model: "token_bucket", rate: 60, absorb_ms: 8_000 } });
    await simulated.run({ ...ONE, pace: "adaptive", maxDuration: "4m" });
    const calls = simulated.calls(CHAT);
    const last = calls.at(-1)?.started ?? 0;
    expect(calls.filter(({ started }) => started > last - 60_000).length).toBeGreaterThan(45);
    expect(simulated.rows("select pace from prewarm_lanes")[0]?.pace).toBeGreaterThan(45);
  });
});
