import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { failed, ok } from "../../src/domain/result.ts";
import { lanesOf, preflight, untriedLane } from "../../src/lanes/preflight.ts";
import type { Bot } from "../../src/telegram/port.ts";
import { VirtualClock } from "../helpers/clock.ts";

describe("trying lanes", () => {
  const bot = (
    answers: Partial<Record<string, "ok" | ReturnType<typeof failure>>>,
    calls: string[] = [],
  ): Bot =>
    ({
      slug: "b",
      getMe: async () => {
        calls.push("getMe");
        return ok({ username: "b" });
      },
      getChat: async (chat: string) => {
        const answer = answers[chat] ?? failure("chat_not_found", "chat not found");
        return answer === "ok"
          ? ok({ id: chat.replace("@name", "-7"), type: "channel", title: chat })
          : failed(answer);
      },
      canPost: async () => ok(undefined),
    }) as unknown as Bot;

  it("asks for the token once, takes a chat with two names once, and names the chat that is refused", async () => {
    const calls: string[] = [];
    const own = bot({ "-7": "ok", "@name": "ok" }, calls);
    const found = await preflight(
      ["-7", "@name", "-9"].map((chat) => ({ bot: own, chat })),
      new VirtualClock(),
    );
    expect(calls).toEqual(["getMe"]);
    expect(found.open.map(({ chat }) => chat.id)).toEqual(["-7"]);
    expect(found.refused.map(({ failure: { message } }) => message)).toEqual(["chat -9: chat not found"]);
  });

  it("follows a group that became a supergroup", async () => {
    const moved = failure("chat_migrated", "", { migrateTo: "-1005" });
    const found = await preflight(
      [{ bot: bot({ "-5": moved, "-1005": "ok" }), chat: "-5" }],
      new VirtualClock(),
    );
    expect(found.open).toMatchObject([{ chat: { id: "-1005" }, movedFrom: "-5" }]);
  });

  it.each([["-5"], ["-1005"]])(
    "follows no group from one to the other and back, asked for %s",
    async (chat) => {
      const moved = (migrateTo: string) => failure("chat_migrated", "", { migrateTo });
      const own = bot({ "-5": moved("-1005"), "-1005": moved("-5") });
      const found = await preflight([{ bot: own, chat }], new VirtualClock());
      expect(found.refused).toMatchObject([{ wish: { chat }, failure: { reason: "chat_migrated" } }]);
    },
  );

  it("asks again where the server is away or asks for patience, and not where it says no", async () => {
    const answers = [failure("connect_failed", ""), failure("flood_wait", "", { retryAfterMs: 7_000 })];
    const clock = new VirtualClock({ now: 0 });
    const moody = bot({ "-7": "ok" });
    moody.getMe = async () => {
      const answer = answers.shift();
      return answer ? failed(answer) : ok({ username: "b" });
    };
    const tried = (chat: string) => clock.runToEnd(preflight([{ bot: moody, chat }], clock));
    expect((await tried("-7")).open).toHaveLength(1);
    expect(clock.now()).toBe(8_001);
    expect((await tried("-9")).refused).toHaveLength(1);
    expect(clock.now()).toBe(8_001);
  });

  it("takes a lane that has to wait for longer as one, without asking again", async () => {
    const wait = failure("flood_wait", "in a minute", { retryAfterMs: 60_000 });
    const clock = new VirtualClock({ now: 0 });
    const found = await clock.runToEnd(preflight([{ bot: bot({ "-7": wait }), chat: "-7" }], clock));
    expect(found).toMatchObject({ open: [{ chat: { id: "-7" }, unasked: wait }], refused: [] });
    expect(clock.now()).toBe(0);
  });

  it("takes a lane unasked whose question got no answer, where another lane shows that the server is there", async () => {
    const cut = failure("connect_failed", "no answer");
    const clock = new VirtualClock({ now: 0 });
    const own = bot({ "-7": "ok", "-8": cut });
    const wishes = ["-7", "-8"].map((chat) => ({ bot: own, chat }));
    const both = await clock.runToEnd(preflight(wishes, clock));
    expect(both.open.map(({ chat, unasked }) => [chat.id, unasked])).toEqual([
      ["-7", undefined],
      ["-8", cut],
    ]);
    const alone = await clock.runToEnd(preflight(wishes.slice(1), clock));
    expect(alone).toMatchObject({ open: [], refused: [{ failure: cut }] });
  });

  it("says of which chats the type is a guess: of those that nobody told it of, and that are no persons", async () => {
    const wait = failure("flood_wait", "in a minute", { retryAfterMs: 60_000 });
    const own = bot({ "-7": "ok", "-8": wait, "-9": failure("bot_kicked", "kicked"), "42": wait });
    own.canPost = async () => failed(wait);
    const wishes = ["-7", "-8", "-9", "42"].map((chat) => ({ bot: own, chat }));
    const lanes = lanesOf(await preflight(wishes, new VirtualClock()));
    expect(lanes.map(({ chat, isAssumed }) => [chat.id, isAssumed === true])).toEqual([
      ["-7", false],
      ["-8", true],
      ["42", false],
      ["-9", true],
    ]);
    expect(untriedLane({ bot: own, chat: "-7" }).isAssumed).toBe(true);
  });

  it("asks nobody whether a bot may write to itself", async () => {
    const calls: string[] = [];
    const own = Object.assign(bot({}, calls), { id: "123456" });
    const { refused } = await preflight([{ bot: own, chat: "123456" }], new VirtualClock());
    expect(refused).toMatchObject([{ failure: { class: "chat", reason: "chat_is_bot" } }]);
    expect(refused[0]?.failure.message).toContain("123456 is the bot's own id");
    expect(untriedLane({ bot: own, chat: "123456" }).closed?.reason).toBe("chat_is_bot");
    expect(untriedLane({ bot: own, chat: "-7" }).closed).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it("takes a text that nobody knows for one about the chat", async () => {
    const odd = failure("refused_unclear", "Telegram said 400: Bad Request: ODD", { code: 400 });
    const { refused } = await preflight([{ bot: bot({ "-7": odd }), chat: "-7" }], new VirtualClock());
    expect(refused).toMatchObject([
      { failure: { reason: "chat_refuses", message: expect.stringMatching(/^chat -7: .*ODD/) } },
    ]);
  });
});
