import { describe, expect, it } from "vitest";
import { FixedPace } from "../../src/lanes/pace.ts";
import { openLine } from "./line.ts";

describe("a flood wait", () => {
  it.each([20, 30])("holds its lane (%i/min) before anything else is taken for it", async (perMinute) => {
    // Three calls are under way at most, each for 9.5 s: the fourth is due, and waits only for one of them to end.
    const line = await openLine({
      paces: [new FixedPace(perMinute)],
      faults: [
        { match: { count: 9 }, fault: { type: "latency", ms: 9_500 } },
        { match: { nth: 1 }, fault: { type: "flood", retry_after: 30 } },
      ],
    });
    for (const key of ["a", "b", "c", "d", "e"]) await line.put(key);
    const running = line.run();
    await line.live(9_500);
    expect(line.told.retry.map(({ key, failure }) => [key, failure.reason])).toEqual([["a", "flood_wait"]]);
    const started = line.told.attempt.map(({ key }) => key);
    const { reads } = line.transfers;
    expect({ started, reads }).toEqual({ started: ["a", "b", "c"], reads: ["a", "b", "c"] });
    await line.live(120_000);
    await running;
    const calls = line.server.calls().map(({ started }) => started);
    expect(calls.filter((at) => at > 9_500 && at < 39_500)).toEqual([]);
    expect(line.told.item.map(({ status }) => status)).toEqual(Array(5).fill("ready"));
  });
});
