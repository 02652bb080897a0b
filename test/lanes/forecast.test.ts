import { describe, expect, it } from "vitest";
import { type ForecastInput, forecast } from "../../src/lanes/forecast.ts";

describe("the forecast", () => {
  const lanes = (count: number, perMinute = 20, bot = "a") =>
    Array.from({ length: count }, () => ({ bot, perMinute }));
  const none: ForecastInput["botPerMinute"] = new Map();

  it.each<[string, ForecastInput, object]>([
    [
      "nothing to do",
      { toWarm: 0, lanes: lanes(1), botPerMinute: none },
      { ceilingPerMin: 20, etaSeconds: 0, advice: [] },
    ],
    [
      "no lane",
      { toWarm: 5, lanes: [], botPerMinute: none },
      { ceilingPerMin: 0, etaSeconds: null, advice: [] },
    ],
    ["little", { toWarm: 10, lanes: lanes(1), botPerMinute: none }, { etaSeconds: 30, advice: [] }],
    [
      "much",
      { toWarm: 2_000, lanes: lanes(1), botPerMinute: none },
      { etaSeconds: 6_000, advice: ["7 more channels: 160/min, 13 min instead of 1 h 40"] },
    ],
    [
      "a bot's limit over all chats",
      { toWarm: 9_000, lanes: lanes(90), botPerMinute: new Map([["a", 1_800]]) },
      { ceilingPerMin: 1_800, advice: [expect.stringContaining("second bot")] },
    ],
    [
      "each bot by itself",
      {
        toWarm: 60,
        lanes: [...lanes(10), ...lanes(3, 60, "b")],
        botPerMinute: new Map([
          ["a", 60],
          ["b", 600],
        ]),
      },
      { ceilingPerMin: 240, etaSeconds: 15 },
    ],
  ])("for %s", (_what, input, wanted) => {
    expect(forecast(input)).toMatchObject(wanted);
  });
});
