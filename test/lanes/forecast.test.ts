import { describe, expect, it } from "vitest";
import { type ForecastInput, forecast } from "../../src/lanes/forecast.ts";

const lanes = (count: number, perMinute = 20, bot = "a") =>
  Array.from({ length: count }, () => ({ bot, perMinute }));

function input(more: Partial<ForecastInput>): ForecastInput {
  return {
    toWarm: 0,
    bytes: 0,
    lanes: lanes(1),
    botPerMinute: new Map(),
    concurrency: 5,
    measured: { transferMs: null, bytesPerSecond: null },
    ...more,
  };
}

describe("the forecast", () => {
  it.each<[string, Partial<ForecastInput>, object]>([
    ["nothing to do", {}, { ceilingPerMin: 20, bottleneck: "none", etaSeconds: 0, advice: [] }],
    [
      "no lane",
      { toWarm: 5, lanes: [] },
      { ceilingPerMin: 0, bottleneck: "lanes", etaSeconds: null, advice: [] },
    ],
    ["little", { toWarm: 10 }, { etaSeconds: 30, advice: [] }],
    [
      "much",
      { toWarm: 2_000 },
      {
        bottleneck: "lanes",
        etaSeconds: 6_000,
        advice: ["7 more channels: 160/min, 13 min instead of 1 h 40"],
      },
    ],
    [
      "more lanes than these transfers would keep busy",
      { toWarm: 2_000, concurrency: 1 },
      { advice: ["7 more channels and --concurrency 8: 160/min, 13 min instead of 1 h 40"] },
    ],
    [
      "a bot's limit over all chats",
      { toWarm: 9_000, lanes: lanes(90), concurrency: 100, botPerMinute: new Map([["a", 1_800]]) },
      { ceilingPerMin: 1_800, advice: [expect.stringContaining("second bot")] },
    ],
    [
      "each bot by itself",
      {
        toWarm: 60,
        concurrency: 20,
        lanes: [...lanes(10), ...lanes(3, 60, "b")],
        botPerMinute: new Map([
          ["a", 60],
          ["b", 600],
        ]),
      },
      { ceilingPerMin: 240, etaSeconds: 15 },
    ],
  ])("for %s", (_what, more, wanted) => {
    expect(forecast(input(more))).toMatchObject(wanted);
  });

  it("counts what a call carries: a bot's pace is one of calls, and so many transfers at once carry more", () => {
    const packed = [...lanes(90).map((lane) => ({ ...lane, inCall: 20 }))];
    const it = forecast(
      input({ toWarm: 90_000, lanes: packed, concurrency: 100, botPerMinute: new Map([["a", 900]]) }),
    );
    expect(it).toMatchObject({ ceilingPerMin: 18_000, bottleneck: "lanes", etaSeconds: 300 });
    const few = forecast(input({ toWarm: 90_000, lanes: packed, concurrency: 5 }));
    expect([Math.round(few.ceilingPerMin), few.bottleneck]).toEqual([3_429, "concurrency"]);
    expect(few.advice).toEqual(["--concurrency 84: 36000/min, 3 min instead of 26 min"]);
  });

  it("is that of concurrency where few transfers serve many lanes, and advises more of them instead of more channels", () => {
    const it = forecast(input({ toWarm: 120_000, lanes: lanes(25) }));
    expect(it).toMatchObject({ bottleneck: "concurrency", etaSeconds: 42_000 });
    expect(Math.round(it.ceilingPerMin)).toBe(171);
    expect(it.advice).toEqual(["--concurrency 24: 500/min, 4 h 00 instead of 11 h 40"]);
    expect(forecast(input({ toWarm: 120_000, lanes: lanes(25), concurrency: 24 }))).toMatchObject({
      bottleneck: "lanes",
      ceilingPerMin: 500,
    });
  });

  it("goes by the time of a transfer that was measured", () => {
    const measured = { transferMs: 6_000, bytesPerSecond: null };
    expect(forecast(input({ toWarm: 100, lanes: lanes(25), measured }))).toMatchObject({
      bottleneck: "concurrency",
      ceilingPerMin: 50,
      etaSeconds: 120,
      advice: ["--concurrency 80: 500/min, 12 s instead of 2 min"],
    });
  });

  it("is that of the connection where earlier runs measured it, and advises neither channels nor transfers", () => {
    const measured = { transferMs: null, bytesPerSecond: 1_000_000 };
    const it = forecast(input({ toWarm: 100, bytes: 1e9, lanes: lanes(5), measured }));
    expect(it).toMatchObject({ bottleneck: "bandwidth", ceilingPerMin: 6, etaSeconds: 1_000 });
    expect(it.advice).toEqual([
      "earlier runs moved 1.0 MB/s on this connection: a faster one allows up to 100/min, 60 s instead of 17 min",
    ]);
  });
});
