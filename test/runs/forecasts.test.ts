import { expect, it } from "vitest";
import { Emitter, type EventMap } from "../../src/domain/events.ts";
import type { PacksAhead, WorkMix } from "../../src/pipeline/packs/outlook.ts";
import { emitForecasts, forecastBy } from "../../src/runs/forecasts.ts";

const TWO_LANES = {
  lanes: [
    { bot: "default", perMinute: 20 },
    { bot: "default", perMinute: 20 },
  ],
  botPerMinute: new Map([["default", 30]]),
  concurrency: 5,
  measured: { transferMs: null, bytesPerSecond: null },
};

const SINGLY: PacksAhead = { state: "off", onTheWay: false, now: [1, 1], proved: [1, 1] };

function watched(capacity: number, ahead: (work: WorkMix | null) => PacksAhead = () => SINGLY) {
  const events = new Emitter((error) => {
    throw error;
  });
  const told: EventMap["forecast"][] = [];
  events.on("forecast", (forecast) => told.push(forecast));
  const forecastOf = forecastBy(TWO_LANES, { asks: true, packsAhead: ahead });
  emitForecasts(events, { capacity, forecastOf, isOut: (bot) => bot === "out" });
  let depth = 0;
  return {
    told,
    queue: (count: number, bot = "default") => {
      const packs = { kind: "photo", transfer: "url", bytes: 10 } as const;
      for (let at = 0; at < count; at++)
        events.emit("queued", { bytes: 10, depth: ++depth, bot, packs: at % 3 === 0 ? null : packs });
    },
    end: () =>
      events.emit("source", { read: depth, bytes: depth * 10, filtered: 0, listed: 2_001, ended: true }),
  };
}

it("says how long the work takes as soon as the queue is full, and again when the source has ended", () => {
  const { told, queue, end } = watched(30);
  queue(29);
  expect(told).toEqual([]);
  queue(31);
  end();
  end();
  const packs = { state: "off", onTheWay: false, perMin: 30 };
  const common = { packs, lanes: 2, ceilingPerMin: 30, bottleneck: "lanes", advice: expect.any(Array) };
  const [soFar, all] = [
    { toWarm: 30, bytes: 300, listed: 0, operations: { classA: 0, classB: 60 } },
    { toWarm: 60, bytes: 600, listed: 2_001, operations: { classA: 3, classB: 120 } },
  ];
  expect(told).toEqual([
    { ...soFar, etaSeconds: 60, all: false, ...common },
    { ...all, etaSeconds: 120, all: true, ...common },
  ]);
});

it.each([0, 30])("says it once where the queue never was full (capacity %i)", (capacity) => {
  const { told, queue, end } = watched(capacity);
  queue(20);
  end();
  expect(told.map(({ toWarm, all }) => ({ toWarm, all }))).toEqual([{ toWarm: 20, all: true }]);
});

it("is that of packs where they are proved, and says what they would bring where not, by what of the work goes with others", () => {
  const asked: (WorkMix | null)[] = [];
  const told = (state: PacksAhead["state"], now: number) => {
    const { told, queue, end } = watched(0, (work) => {
      asked.push(work);
      return { state, onTheWay: state === "not_proved", now: [now, now], proved: [10, 10] };
    });
    queue(60);
    end();
    return told.map(({ ceilingPerMin, etaSeconds, packs }) => ({ ceilingPerMin, etaSeconds, ...packs }));
  };
  const proved = { state: "proved", onTheWay: false, perMin: 300, ceilingPerMin: 300, etaSeconds: 12 };
  expect(told("proved", 10)).toEqual([proved]);
  const open = { state: "not_proved", onTheWay: true, perMin: 300, ceilingPerMin: 30, etaSeconds: 120 };
  expect(told("not_proved", 1)).toEqual([open]);
  const photos = { kind: "photo", objects: 40, urls: 40, uploadBytes: 0 };
  expect(asked[0]).toEqual({ toWarm: 60, packable: [photos] });
});

it("leaves out what waits for a bot without a lane", () => {
  const { told, queue, end } = watched(0);
  queue(20);
  queue(15, "out");
  end();
  expect(told).toMatchObject([{ toWarm: 20, bytes: 200 }]);
});

it("counts what a large bucket costs more, which is listed in several places at once", () => {
  const forecastOf = forecastBy(TWO_LANES, { asks: false, packsAhead: () => SINGLY });
  const classA = (listed: number) => forecastOf({ toWarm: 0, bytes: 0, listed }).operations.classA;
  expect([0, 1, 8_000, 8_001, 1_000_000].map(classA)).toEqual([0, 1, 8, 10, 1_248]);
});
