import { describe, expect, it } from "vitest";
import { itemsOf, summaryOf } from "./child.ts";
import { CHAT, OTHER_CHAT, openWorld, type World } from "./world.ts";

const SCALE = 20;
const CHATS = [-2001, -2002, -2003, -2004];

/** Four channels with Telegram's documented limits, twenty times faster. */
async function openLanes(): Promise<World> {
  return openWorld({
    profile: "documented",
    timeScale: SCALE,
    chats: CHATS.map((id) => ({ id, type: "channel", title: `warmup ${id}` })),
  });
}

const PACED = {
  PREWARM_PACE: "documented",
  PREWARM_BOT_PACE: "30/s",
  PREWARM_TIME_SCALE: String(SCALE),
  WARMUP_CHAT_ID: CHATS.join(","),
};

/** Calls that posted or tried to, by chat. */
function callsTo(world: World, chat: number) {
  return world.botApi
    .calls()
    .filter((call) => call.method.startsWith("send") && call.chat_id === String(chat));
}

describe("lanes", () => {
  it("keep the documented pace in each of four channels, without a single 429", async () => {
    const world = await openLanes();
    world.putMany(400);
    const ended = await world.runWith(PACED, "--json", "--max-duration", "2m");
    expect(ended.code).toBe(5);
    const perLane = CHATS.map((chat) => callsTo(world, chat).length);
    for (const calls of perLane) expect(calls).toBeGreaterThanOrEqual(34);
    for (const calls of perLane) expect(calls).toBeLessThanOrEqual(41);
    expect(world.botApi.calls().filter(({ code }) => code === 429)).toEqual([]);
    expect(summaryOf(ended).flood_waits).toBe(0);
  });

  it("lose nothing when one of four is frozen for 300 s, and that one is not called before its deadline", async () => {
    const world = await openLanes();
    world.putMany(400);
    const [frozen = 0, ...others] = CHATS;
    world.botApi.control({ frozen: { chat: frozen, seconds: 300 } });
    await world.runWith(PACED, "--json", "--max-duration", "2m");
    expect(callsTo(world, frozen).map(({ code }) => code)).toEqual([429]);
    for (const chat of others) expect(callsTo(world, chat).length).toBeGreaterThanOrEqual(34);
  });

  it("keep a deadline across a restart", async () => {
    const world = await openLanes();
    world.putMany(40);
    const [frozen = 0] = CHATS;
    world.botApi.control({ frozen: { chat: frozen, seconds: 60 } });
    const env = { ...PACED, WARMUP_CHAT_ID: String(frozen) };
    const first = await world.runWith(env, "--json", "--max-duration", "5s");
    expect([first.code, callsTo(world, frozen).length]).toEqual([5, 1]);
    await world.runWith(env, "--json", "--limit", "3");
    const [refused, ...later] = callsTo(world, frozen);
    const deadline = (refused?.answered ?? 0) + (refused?.retry_after ?? 0) * 1000;
    expect(later.map(({ code }) => code)).toEqual([200, 200, 200]);
    for (const { started } of later) expect(started).toBeGreaterThanOrEqual(deadline);
  });

  it("obey a flood wait that comes as HTTP 400, and do not count it as a try", async () => {
    const world = await openLanes();
    world.putMany(3);
    world.botApi.control({
      faults: [
        {
          server: "bot-api",
          match: { method: "sendDocument", nth: 1 },
          fault: { type: "flood", retry_after: 7, as_400: true },
        },
      ],
    });
    const ended = await world.runWith(
      { ...PACED, WARMUP_CHAT_ID: String(CHATS[0]) },
      "--json",
      "--retries",
      "0",
    );
    expect(ended.code).toBe(0);
    const [refused, next] = callsTo(world, CHATS[0] ?? 0);
    expect(refused?.code).toBe(400);
    expect((next?.started ?? 0) - (refused?.answered ?? 0)).toBeGreaterThanOrEqual(7_000);
  });

  it("adaptive: go well beyond the documented pace where the chat allows it, and remember that", async () => {
    const world = await openLanes();
    world.putMany(400);
    const [chat = 0] = CHATS;
    world.botApi.control({ chat: { id: chat, model: "token_bucket", rate: 60, absorb_ms: 8000 } });
    const env = { ...PACED, PREWARM_PACE: "adaptive", WARMUP_CHAT_ID: String(chat) };
    await world.runWith(env, "--json", "--max-duration", "4m");
    const calls = callsTo(world, chat);
    const last = calls.at(-1)?.started ?? 0;
    expect(calls.filter(({ started }) => started > last - 60_000).length).toBeGreaterThan(45);
    expect(world.rows("select pace from prewarm_lanes")[0]?.pace).toBeGreaterThan(45);
  });
});

describe("a server that posts and drops the answer in 5 % of calls", () => {
  it("leaves one unknown row for each, posts none twice, and --only unknown warms them", async () => {
    const world = await openWorld({ seed: 7 });
    world.putMany(300);
    const drop = {
      server: "bot-api",
      match: { method: "sendDocument", probability: 0.05 },
      fault: { type: "post_then_drop" },
    };
    world.botApi.control({ faults: [drop] });
    const env = { WARMUP_CHAT_ID: `${CHAT},${OTHER_CHAT}` };
    const ended = await world.runWith(env, "--json");
    expect(ended.code).toBe(3);
    const unknown = itemsOf(ended).filter(({ status }) => status === "unknown");
    expect(unknown.length).toBeGreaterThan(3);
    expect(new Set(world.postedKeys()).size).toBe(300);
    expect(world.posts().length).toBe(300);
    expect(world.rows("select 1 from media_cache where status = 'unknown'").length).toBe(unknown.length);
    world.botApi.control({ faults: [] });
    const again = await world.runWith(env, "--json", "--only", "unknown");
    expect([again.code, summaryOf(again).ready]).toEqual([0, unknown.length]);
    expect(world.rows("select 1 from media_cache where status = 'ready'").length).toBe(300);
  });
});

describe("chats that change under a run", () => {
  it("a chat that is closed to the bot is taken out, and its work goes to the other", async () => {
    const world = await openWorld();
    world.putMany(60);
    const running = world.start(["run", "--json"], {
      env: { WARMUP_CHAT_ID: `${CHAT},${OTHER_CHAT}`, PREWARM_PACE: "1200/min" },
    });
    await world.until(() => world.posts().length > 10, "ten were posted");
    world.botApi.control({ chat: { id: CHAT, kick: true } });
    const ended = await running.ended;
    expect([ended.code, summaryOf(ended).ready]).toEqual([0, 60]);
    expect(ended.stderr).toMatch(/lane default x -1001 is out: .*kicked/);
  });

  it("the last chat that is closed ends the run with 4, and what was not sent stays as it was", async () => {
    const world = await openWorld();
    world.putMany(60);
    const running = world.start(["run", "--json"], { env: { PREWARM_PACE: "1200/min" } });
    await world.until(() => world.posts().length > 10, "ten were posted");
    world.botApi.control({ chat: { id: CHAT, kick: true } });
    const ended = await running.ended;
    expect([ended.code, summaryOf(ended).failed]).toEqual([4, 0]);
    world.botApi.control({ chat: { id: CHAT, kick: false } });
    const again = await world.runWith({}, "--json");
    expect(again.code).toBe(0);
    expect(world.posts().length).toBe(60);
  });

  it("a group that became a supergroup is followed, told, and remembered", async () => {
    const world = await openWorld();
    world.putMany(60);
    const env = { WARMUP_CHAT_ID: "-44", PREWARM_PACE: "1200/min" };
    const running = world.start(["run", "--json"], { env });
    await world.until(() => world.posts().length > 10, "ten were posted");
    world.botApi.control({ chat: { id: -44, migrate_to: -1_009_999 } });
    const ended = await running.ended;
    expect([ended.code, summaryOf(ended).ready]).toEqual([0, 60]);
    expect(ended.stderr).toContain("is now -1009999: put the new id into your configuration");
    expect(new Set(world.posts().map(({ chat_id }) => chat_id))).toEqual(new Set([-44, -1_009_999]));
    world.putMany(3, "later/");
    expect((await world.runWith(env, "--json")).code).toBe(0);
  });
});
