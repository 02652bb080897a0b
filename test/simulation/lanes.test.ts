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

describe("a run by a private chat whose answers take two seconds", () => {
  const FRIEND = 9_001;

  it("has enough calls under way to send what the chat allows, without a single 429", async () => {
    const simulated = await Simulation.open([FRIEND]);
    simulated.put(330);
    const latency = {
      server: "bot-api",
      match: { method: "sendDocument" },
      fault: { type: "latency", ms: 2_000 },
    };
    simulated.botApi.control({ faults: [{ ...latency, match: { ...latency.match, count: 999 } }] });
    await simulated.run({ chat: [String(FRIEND)], pace: "adaptive", botPace: "30/s", maxDuration: "5m" });
    const calls = simulated.calls(FRIEND);
    const minutes = [1, 2, 3, 4].map(
      (minute) => calls.filter(({ started }) => Math.floor(started / 60_000) === minute).length,
    );
    // A call in hand: one at a time would be thirty, two would have no time to spare.
    expect(minutes.filter((sent) => sent < 58 || sent > 60)).toEqual([]);
    expect(calls.filter(({ code }) => code === 429)).toEqual([]);
  });
});

describe("a wait that is told at the door", () => {
  /** The first call of this method, in this chat where one is named, is answered with a wait. */
  const flood = (seconds: number, method: string, chat?: number) => ({
    server: "bot-api",
    match: { method, nth: 1, ...(chat === undefined ? {} : { chat }) },
    fault: { type: "flood", retry_after: seconds },
  });

  /** Calls that began before the first wait was over, in its chat; of the bot where its call was about no chat. */
  function undercuts(simulated: Simulation, waits = 1): object[] {
    const calls = simulated.botApi.calls();
    const told = calls.filter(({ code }) => code === 429);
    expect(told).toHaveLength(waits);
    const [first] = told;
    const since = first?.answered ?? 0;
    const until = since + (first?.retry_after ?? 0) * 1_000;
    return calls.filter(
      ({ started, chat_id }) =>
        started > since && started < until && (first?.chat_id == null || chat_id === first.chat_id),
    );
  }

  it.each([
    ["getChat", 8],
    ["getChat", 12],
    ["getChatMember", 40],
    ["getMe", 8],
    ["getMe", 90],
  ])("%s, %i s: the run waits for it and goes on, and no call undercuts it", async (method, seconds) => {
    const simulated = await simulation(3);
    simulated.botApi.control({ faults: [flood(seconds, method)] });
    const { items, stopped, exitCode } = await simulated.run({ ...PACED, chat: [String(CHAT)] });
    expect([items.map(({ status }) => status), stopped, exitCode]).toEqual([Array(3).fill("ready"), null, 0]);
    expect(undercuts(simulated)).toEqual([]);
  });

  it("costs only its own chat, and the run no other lane", async () => {
    const simulated = await simulation(100);
    simulated.botApi.control({ faults: [flood(300, "getChat", CHAT)] });
    const { exitCode } = await simulated.run({ ...PACED, maxDuration: "1m" });
    expect([simulated.calls(CHAT).length, exitCode]).toEqual([0, 5]);
    for (const chat of OTHERS) expect(simulated.calls(chat).length).toBeGreaterThanOrEqual(18);
  });

  it.each(["getChat", "getMe", "getChatMember"])(
    "%s: the next process keeps it as well, with or without its own look at the lanes",
    async (method) => {
      const simulated = await simulation(6);
      simulated.botApi.control({ faults: [flood(60, method)] });
      const first = await simulated.run({ ...PACED, chat: [String(CHAT)], maxDuration: "5s" });
      expect([first.stopped, first.items, first.exitCode]).toEqual(["duration", [], 5]);
      expect(simulated.rows("select chat_id from prewarm_lanes where frozen_until > 0")).toEqual([
        { chat_id: String(CHAT) },
      ]);
      await simulated.run({ ...PACED, chat: [String(CHAT)], limit: "3", preflight: false });
      await simulated.run({ ...PACED, chat: [String(CHAT)] });
      expect(undercuts(simulated)).toEqual([]);
      expect(simulated.botApi.truth()).toHaveLength(6);
    },
  );

  it("holds by each name of a chat, also for the next process", async () => {
    const simulated = await simulation(3);
    const byName = { ...PACED, chat: ["@warmup_1"] };
    simulated.botApi.control({ faults: [flood(60, "sendDocument")] });
    await simulated.run({ ...byName, maxDuration: "5s" });
    await simulated.run(byName);
    expect(undercuts(simulated)).toEqual([]);
    const [told] = simulated.botApi.calls().filter(({ code }) => code === 429);
    const until = (told?.answered ?? 0) + 60_000;
    const asked = simulated.botApi
      .calls()
      .filter(({ method, started }) => method === "getChat" && started < until);
    expect(asked).toHaveLength(1);
    expect(simulated.botApi.truth()).toHaveLength(3);
  });

  it("is bounded by --max-duration, however short the wait", async () => {
    const simulated = await simulation(1);
    simulated.botApi.control({ faults: [flood(9, "getMe")] });
    const { stopped, exitCode } = await simulated.run({ ...PACED, maxDuration: "2s" });
    expect([stopped, exitCode]).toEqual(["duration", 5]);
  });
});
