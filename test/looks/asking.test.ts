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
  const asking = askIn({ bot: "one", chatId: "-1" }, make, { lanes, clock }, NEVER);
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
