import { describe, expect, it } from "vitest";
import { summaryOf } from "../helpers/child.ts";
import { CHAT, OTHER_CHAT, openWorld } from "../helpers/world.ts";

describe("chats that change under a run", () => {
  it("a chat that is closed to the bot is taken out, its work goes to the other, and nothing is posted twice", async () => {
    const world = await openWorld();
    world.putMany(60);
    world.atRead(11, () => world.botApi.control({ chat: { id: CHAT, kick: true } }));
    const ended = await world.runWith({ WARMUP_CHAT_ID: `${CHAT},${OTHER_CHAT}` }, "--json");
    expect([ended.code, summaryOf(ended).ready]).toEqual([0, 60]);
    expect(new Set(world.postedKeys()).size).toBe(60);
    expect(world.posts()).toHaveLength(60);
    expect(ended.stderr).toMatch(/warning: lane default x -1001 is out: .*kicked/);
  });

  it("the last chat that is closed ends the run with 4, and what was not sent stays as it was", async () => {
    const world = await openWorld();
    world.putMany(60);
    world.atRead(11, () => world.botApi.control({ chat: { id: CHAT, kick: true } }));
    const ended = await world.start(["run", "--json"]).ended;
    expect([ended.code, summaryOf(ended).failed]).toEqual([4, 0]);
    world.botApi.control({ chat: { id: CHAT, kick: false } });
    const again = await world.runWith({}, "--json");
    expect(again.code).toBe(0);
    expect(world.posts().length).toBe(60);
  });

  it("a group that became a supergroup is followed, told, and remembered", async () => {
    const world = await openWorld();
    world.putMany(60);
    const env = { WARMUP_CHAT_ID: "-44" };
    world.atRead(11, () => world.botApi.control({ chat: { id: -44, migrate_to: -1_009_999 } }));
    const ended = await world.runWith(env, "--json");
    expect([ended.code, summaryOf(ended).ready]).toEqual([0, 60]);
    expect(ended.stderr).toContain("is now -1009999: put the new id into your configuration");
    expect(new Set(world.posts().map(({ chat_id }) => chat_id))).toEqual(new Set([-44, -1_009_999]));
    world.putMany(3, "later/");
    expect((await world.runWith(env, "--json")).code).toBe(0);
  });
});
