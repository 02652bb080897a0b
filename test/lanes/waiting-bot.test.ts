import { expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { failed, ok } from "../../src/domain/result.ts";
import { waitingBot } from "../../src/lanes/waiting-bot.ts";
import { type Wait, Waits } from "../../src/lanes/waits.ts";
import type { Bot } from "../../src/telegram/port.ts";
import { VirtualClock } from "../helpers/clock.ts";

const CHANNEL = (id: string) => ({ id, type: "channel", title: id }) as const;
const FLOOD = (ms: number) => failed<never>(failure("flood_wait", "429", { retryAfterMs: ms }));

/** A bot that answers what it is told to next, and all else with success; `calls` has what came through to it. */
function scene() {
  const clock = new VirtualClock({ now: 1_000 });
  const calls: string[] = [];
  const answers: ReturnType<typeof FLOOD>[] = [];
  const next = (name: string) => {
    calls.push(name);
    return answers.shift();
  };
  const times = () => ({ started: clock.now(), bodyEnd: null, ended: clock.now() });
  const bare = {
    slug: "default",
    id: "1",
    getMe: async () => next("getMe") ?? ok({ username: "b" }),
    getChat: async (chat: string) => next(`getChat ${chat}`) ?? ok(CHANNEL(chat)),
    canPost: async ({ id }: { id: string }) => next(`canPost ${id}`) ?? ok(undefined),
    deleteMessage: async (chat: string) => next(`delete ${chat}`) ?? ok(undefined),
    editReplyMarkup: async (chat: string) => ({
      ...(next(`edit ${chat}`) ?? ok("not modified")),
      times: times(),
    }),
    send: async ({ chat }: { chat: string }) => ({ ...(next(`send ${chat}`) ?? FLOOD(0)), times: times() }),
  } as unknown as Bot;
  const waits = new Waits(clock);
  const told: Wait[] = [];
  waits.onWait((wait) => told.push(wait));
  return { clock, calls, answers, told, waits, bot: waitingBot(bare, waits) };
}

const reasonOf = (answer: { ok: boolean; failure?: unknown }) =>
  answer.ok ? "ok" : (answer as { failure: { reason: string; retryAfterMs: number } }).failure;

it("asks nothing about a chat before its wait is over, and tells how much of that is left", async () => {
  const { clock, calls, answers, told, bot } = scene();
  answers.push(FLOOD(30_000));
  await bot.getChat("-1");
  expect(told).toEqual([{ bot: "default", chat: "-1", until: 31_000 }]);
  await clock.advance(10_000);
  const left = { reason: "flood_wait", retryAfterMs: 20_000 };
  expect(reasonOf(await bot.getChat("-1"))).toMatchObject(left);
  expect(reasonOf(await bot.canPost(CHANNEL("-1")))).toMatchObject(left);
  expect(reasonOf(await bot.deleteMessage("-1", 7))).toMatchObject(left);
  expect([reasonOf(await bot.getChat("-2")), reasonOf(await bot.getMe())]).toEqual(["ok", "ok"]);
  await clock.advance(20_000);
  expect(reasonOf(await bot.getChat("-1"))).toBe("ok");
  expect(calls).toEqual(["getChat -1", "getChat -2", "getMe", "getChat -1"]);
});

it("asks nothing at all before a wait of the bot is over", async () => {
  const { clock, calls, answers, told, bot } = scene();
  answers.push(FLOOD(5_000));
  await bot.getMe();
  expect(told).toEqual([{ bot: "default", chat: null, until: 6_000 }]);
  for (const answer of [await bot.getMe(), await bot.getChat("-1"), await bot.canPost(CHANNEL("-2"))])
    expect(reasonOf(answer)).toMatchObject({ reason: "flood_wait", retryAfterMs: 5_000 });
  await clock.advance(5_000);
  expect(reasonOf(await bot.getChat("-1"))).toBe("ok");
  expect(calls).toEqual(["getMe", "getChat -1"]);
});

it("keeps the wait of a send to itself, for questions, and lets later deadlines win", async () => {
  const { calls, answers, told, waits, bot } = scene();
  answers.push(FLOOD(9_000));
  await bot.send({ chat: "-1", kind: "photo", media: "https://x/" });
  waits.note({ bot: "default", chat: "-1", until: 4_000 });
  expect(reasonOf(await bot.deleteMessage("-1", 7))).toMatchObject({ retryAfterMs: 9_000 });
  expect([told, calls]).toEqual([[], ["send -1"]]);
});

it("keeps the wait of an edit to itself as well, and makes edits whatever the wait: their lane is frozen", async () => {
  const { calls, answers, told, waits, bot } = scene();
  answers.push(FLOOD(9_000));
  for (const button of ["one", "two"]) await bot.editReplyMarkup("-1", 7, button);
  expect(waits.leftMs("default", "-1")).toBe(9_000);
  expect([told, calls]).toEqual([[], ["edit -1", "edit -1"]]);
});
