import { expect, it } from "vitest";
import { Emitter } from "../../src/domain/events.ts";
import { failure } from "../../src/domain/failure.ts";
import type { Adoptable, AdoptionOptions } from "../../src/pipeline/adopt/adoption.ts";
import { type Adoptables, AdoptCalls } from "../../src/pipeline/adopt/calls.ts";
import { lane, NEVER, POSTED, refused, scene } from "../lanes/clocked-lanes.ts";

it("calls about a message are written down once, told each time for each of its rows, and counted with what they took", async () => {
  const { clock, lanes } = scene([lane("one", "-1")]);
  const told: unknown[] = [];
  const events = new Emitter()
    .on("attempt", ({ key, bot, chat }) => told.push({ key, bot, chat }))
    .on("call", ({ bot, chat, ms, failure: why }) => told.push({ bot, chat, ms, why: why?.reason ?? null }));
  const calls = new AdoptCalls({ lanes, clock, events, draining: NEVER } as unknown as AdoptionOptions);
  const [first, second] = ["a.jpg", "b.jpg"].map((key) => {
    const task = { bot: "one", kind: "photo", entry: { key, bytes: 9 } };
    return { task, posted: { chatId: "-1", messageId: 7 }, way: "edit" } as unknown as Adoptable;
  });
  const answers = [refused(failure("telegram_busy", "busy")), POSTED];
  let begun = 0;
  const asking = calls.ask([first, second] as Adoptables, {
    begin: async () => ++begun,
    make: async () => {
      await clock.sleep(40, NEVER);
      return answers.shift() ?? POSTED;
    },
  });
  for (let s = 0; s < 10; s++) await clock.advance(1_000);
  expect(await asking).toEqual({ answer: POSTED, begun: 1 });
  const attempts = ["a.jpg", "b.jpg"].map((key) => ({ key, bot: "one", chat: "-1" }));
  const call = { bot: "one", chat: "-1", ms: 40 };
  expect(told).toEqual([...attempts, { ...call, why: "telegram_busy" }, ...attempts, { ...call, why: null }]);
  expect(calls.spent).toEqual({ calls: 2, sendMs: 80, now: clock.now() });
  calls.tookAway();
  expect(calls.spent.calls).toBe(3);
});
