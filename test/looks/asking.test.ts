import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { askIn } from "../../src/looks/asking.ts";
import type { SendAnswer } from "../../src/telegram/port.ts";
import { flooded, lane, NEVER, POSTED, refused, scene } from "../lanes/clocked-lanes.ts";

/** When each call was made for which these answers came, and what was returned in the end; the last one comes again and again. */
async function asked(answers: readonly SendAnswer[]) {
  const { clock, lanes } = scene([lane("one", "-1")]);
  const calls: number[] = [];
  const make = async () => {
    calls.push(clock.now());
    return answers[Math.min(calls.length, answers.length) - 1] ?? POSTED;
  };
  const asking = askIn({ bot: "one", chatId: "-1" }, { make }, { lanes, clock }, NEVER);
  for (let s = 0; s < 120; s++) await clock.advance(1_000);
  return { calls, answer: await asking };
}

describe("a call in a chat", () => {
  it("is made again once a wait that Telegram asked for is over, however often", async () => {
    const { calls, answer } = await asked([...Array.from({ length: 6 }, () => flooded(10_000)), POSTED]);
    expect(answer).toBe(POSTED);
    expect(calls).toHaveLength(7);
    for (const [nth, at] of calls.slice(1).entries())
      expect(at - (calls[nth] ?? 0)).toBeGreaterThanOrEqual(10_000);
  });

  it("is made again three seconds after trouble that passes, four times, and not after other trouble", async () => {
    const busy = refused(failure("telegram_busy", "busy"));
    const { calls, answer } = await asked([busy]);
    expect(answer).toBe(busy);
    expect(calls).toHaveLength(5);
    for (const [nth, at] of calls.slice(1).entries())
      expect(at - (calls[nth] ?? 0)).toBeGreaterThanOrEqual(3_000);
    const gone = refused(failure("message_missing", "gone"));
    expect(await asked([gone])).toMatchObject({ calls: [expect.any(Number)], answer: gone });
  });
});

describe("what is written down before a call", () => {
  const place = { bot: "one", chatId: "-1" };

  it("is written once it has its turn, so that nobody else calls there before the call", async () => {
    const own = lane("one", "-1");
    const { clock, lanes } = scene([own]);
    const log: string[] = [];
    const call = {
      note: async () => {
        await clock.sleep(500);
        log.push(`noted, ${own.calls.size} under way`);
      },
      make: async () => {
        log.push("called");
        return POSTED;
      },
    };
    own.leasedUntil = Number.NEGATIVE_INFINITY;
    const asking = askIn(place, call, { lanes, clock }, NEVER);
    for (let s = 0; s < 10; s++) await clock.advance(1_000);
    expect(log).toEqual([]);
    own.leasedUntil = Number.POSITIVE_INFINITY;
    for (let s = 0; s < 10; s++) await clock.advance(1_000);
    expect(await asking).toBe(POSTED);
    expect(log).toEqual(["noted, 1 under way", "called"]);
  });

  it("is written again where the lane was frozen meanwhile, and the call made when that is over", async () => {
    const own = lane("one", "-1");
    const { clock, lanes } = scene([own]);
    const noted: number[] = [];
    const calls: number[] = [];
    const call = {
      note: async () => {
        noted.push(clock.now());
        if (noted.length === 1) lanes.freeze(own, 30_000);
      },
      make: async () => {
        calls.push(clock.now());
        return POSTED;
      },
    };
    const asking = askIn(place, call, { lanes, clock }, NEVER);
    for (let s = 0; s < 60; s++) await clock.advance(1_000);
    expect(await asking).toBe(POSTED);
    expect(noted).toHaveLength(2);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toBeGreaterThanOrEqual(Number(noted[0]) + 30_000);
  });
});
