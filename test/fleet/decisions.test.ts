import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { ItemResult } from "../../src/domain/outcome.ts";
import { assign, takers } from "../../src/fleet/assign.ts";
import { perBot } from "../../src/fleet/feed.ts";
import { comesBackInS } from "../../src/fleet/job-ends.ts";
import { jobIdOf } from "../../src/fleet/job-id.ts";
import { isOlder, loadEngine } from "../../src/fleet/load.ts";
import { wantedOf } from "../../src/fleet/wanted.ts";
import type { FleetWorker } from "../../src/ledgers/fleet-port.ts";

const NOW = 100_000;

function need(bot: string, dueInMs: number, perMinute: number, { held = 0, inCall = 1 } = {}) {
  return { bot, outlook: { dueAt: NOW + dueInMs, perMinute }, held, inCall };
}

describe("what is fetched", () => {
  it.each([
    ["as much as a lane may call for within six seconds", [need("a", 0, 20)], 100, 3, []],
    ["what is held already is not fetched again", [need("a", 0, 20, { held: 2 })], 100, 1, []],
    [
      "a bot that has enough is passed over",
      [need("a", 0, 20, { held: 3 }), need("b", 0, 20)],
      100,
      3,
      ["a"],
    ],
    ["a frozen bot is passed over", [need("a", 30_000, 20), need("b", 0, 20)], 100, 3, ["a"]],
    ["a bot whose lanes others have", [need("a", Number.POSITIVE_INFINITY, 0)], 100, 0, ["a"]],
    ["one that is free just before the end of that time", [need("a", 5_900, 20)], 100, 1, []],
    ["with packs, so many for each call", [need("a", 0, 20, { inCall: 10 })], 100, 30, []],
    ["no more than there is room for", [need("a", 0, 6_000)], 7, 7, []],
    ["nothing where there is no room", [need("a", 0, 20)], -3, 0, []],
  ])("%s", (_, needs, free, most, exceptBots) => {
    expect(wantedOf(needs, NOW, free)).toEqual({ most, exceptBots });
  });
});

describe("which worker asks for the lanes of which bot", () => {
  const bots = Array.from({ length: 20 }, (_, at) => `bot${at}`);
  const workers = (...ids: number[]) => ids.map((id) => ({ id, bots: null }));
  const sizes = (...ids: number[]) => [...assign(bots, workers(...ids)).values()].map(({ size }) => size);

  it("gives each bot to one worker, and to each worker as many as to the others", () => {
    const given = [...assign(bots, workers(4, 7, 9)).values()].flatMap((own) => [...own]);
    expect(given.sort()).toEqual([...bots].sort());
    expect(Math.max(...sizes(4, 7, 9))).toBeLessThanOrEqual(7);
    expect(sizes(1)).toEqual([20]);
  });

  it("leaves most bots where they are when a worker goes", () => {
    const [before, after] = [assign(bots, workers(1, 2, 3, 4, 5)), assign(bots, workers(1, 2, 3, 4))];
    const stayed = [1, 2, 3, 4].flatMap((id) =>
      [...(before.get(id) ?? [])].filter((bot) => after.get(id)?.has(bot)),
    );
    expect(stayed.length).toBeGreaterThanOrEqual(10);
  });

  it("divides among those that share it, were not stopped, and were heard of lately", () => {
    const [shares, at] = [true, 1_000_000];
    const all = [
      { id: 1, seen: at, shares, stopped: false },
      { id: 2, seen: at - 14_000, shares, stopped: false },
      { id: 3, seen: at - 15_000, shares, stopped: false },
      { id: 4, seen: at, shares, stopped: true },
      { id: 5, seen: at, shares: false, stopped: false },
    ] as FleetWorker[];
    expect(takers(all, 1).map(({ id }) => id)).toEqual([1, 2]);
  });

  it("gives no bot to a worker that has no token for it", () => {
    const some = assign(
      ["a", "b"],
      [
        { id: 1, bots: ["a"] },
        { id: 2, bots: ["a", "b"] },
      ],
    );
    expect(some.get(1)?.has("b")).toBe(false);
    expect(some.get(2)?.has("b")).toBe(true);
  });
});

describe("what comes of a job when its item has ended", () => {
  const item = (more: Partial<ItemResult>): ItemResult =>
    ({ status: "ready", error: null, reason: null, ...more }) as ItemResult;
  const error = (reason: Parameters<typeof failure>[0]) => ({ ...failure(reason, "text"), code: null });

  it.each([
    ["it is ready", item({}), null],
    ["it is unknown", item({ status: "unknown", error: error("answer_lost") }), null],
    ["it failed for good", item({ status: "failed", error: error("photo_dimensions") }), null],
    ["it failed for a passing reason", item({ status: "failed", error: error("telegram_busy") }), 30],
    ["another process sends it", item({ status: "skipped", reason: "in_flight_elsewhere" }), 30],
    ["the bucket turned us away", item({ status: "failed", error: error("r2_denied") }), 30],
    ["its message can be looked for in a minute", item({ status: "unknown", lookAt: NOW + 60_000 }), 60],
  ])("%s", (_, ended, seconds) => {
    expect(comesBackInS(ended, NOW)).toBe(seconds);
  });
});

describe("how much of each bot the engine is told of", () => {
  it.each([
    [1, 500],
    [20, 250],
    [100, 50],
    [10_000, 20],
  ])("with %i bots %i", (bots, jobs) => {
    expect(perBot(bots)).toBe(jobs);
  });
});

describe("the id of a job", () => {
  it("is the same for the same work for ever, and a UUID", () => {
    const row = { bot: "main", content: `etag:${"a".repeat(32)}:7`, kind: "photo" } as const;
    expect(jobIdOf(row)).toBe("7e581c41-c57d-6591-7158-9ef6c22b1894");
    expect(jobIdOf({ ...row, kind: "document" })).not.toBe(jobIdOf(row));
    expect(jobIdOf({ bot: "main", entry: 7 })).not.toBe(jobIdOf({ bot: "other", entry: 7 }));
  });
});

describe("the engine's package", () => {
  it.each([
    ["20.20.2", true],
    ["22.11.9", true],
    ["22.12.0", false],
    ["24.1.0", false],
  ])("Node %s is too old: %s", (version, old) => {
    expect(isOlder(version, "22.12")).toBe(old);
  });

  it("is not loaded by a Node.js that its author does not support", async () => {
    expect(await loadEngine({}, "20.20.2")).toEqual({
      missing: "pg-boss needs Node 22.12 or newer, and this is 20.20.2",
    });
  });
});
