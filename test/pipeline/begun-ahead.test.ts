import { describe, expect, it } from "vitest";
import { FixedPace } from "../../src/lanes/pace.ts";
import { type Line, type LineOptions, openLine } from "./line.ts";

const KEYS = Array.from({ length: 16 }, (_, n) => `key ${String(n).padStart(2, "0")}`);
const PLACES = 2;

/** A line of two places whose ledger takes two seconds to write a try down; a post takes one, or so many milliseconds. */
async function slowLedger(faults: LineOptions["faults"] = [], postMs = 1_000): Promise<Line> {
  const pace = new FixedPace(60_000, Number.POSITIVE_INFINITY);
  const all = [...(faults ?? []), { match: {}, fault: { type: "latency", ms: postMs } }];
  const line = await openLine({ paces: [pace], concurrency: PLACES, readAhead: 1_000, faults: all });
  const { begin, beginRead } = line.ledger;
  const slowly = async <T>(begun: Promise<T>): Promise<T> => {
    const answer = await begun;
    await line.clock.sleep(2_000);
    return answer;
  };
  Object.assign(line.ledger, {
    begin: (facts: Parameters<typeof begin>[0]) => slowly(begin(facts)),
    beginRead: (...asked: Parameters<typeof beginRead>) => slowly(beginRead(...asked)),
  });
  for (const key of KEYS) await line.put(key);
  return line;
}

/** Calls under way and attempts under way, each 100 ms, until all has ended. */
async function watched(line: Line, running: Promise<void>) {
  const seen: { calls: number; attempts: number }[] = [];
  const state = { isOver: false };
  void running.finally(() => {
    state.isOver = true;
  });
  while (!state.isOver) {
    await line.live(100);
    const calls = line.server.calls().length - line.told.call.length;
    seen.push({ calls, attempts: underWay(line) });
  }
  return {
    calls: Math.max(...seen.map(({ calls }) => calls)),
    attempts: Math.max(...seen.map(({ attempts }) => attempts)),
  };
}

const underWay = (line: Line) => line.attemptStates().filter((state) => state === "sending").length;
const statuses = (line: Line) => line.told.item.map(({ status }) => status);
const unsent = (line: Line) =>
  line
    .sql("select error_message as text from prewarm_attempts where state = 'retry'")
    .map(({ text }) => text);

describe("where the ledger takes longer than a call", () => {
  it("tries are written down while all places are taken, and no more calls are under way than there are places", async () => {
    const line = await slowLedger();
    const most = await watched(line, line.run());
    expect(statuses(line)).toEqual(KEYS.map(() => "ready"));
    expect(most.calls).toBe(PLACES);
    expect(most.attempts).toBeGreaterThan(PLACES);
    expect(most.attempts).toBeLessThanOrEqual(2 * PLACES);
    // Two at a time, each of three seconds, would take 24.
    expect(line.clock.now()).toBeLessThan(20_000);
    expect(unsent(line)).toEqual([]);
  });

  it("those without a place make no call once the run drains", async () => {
    const line = await slowLedger();
    const running = line.run();
    while (underWay(line) <= PLACES) await line.live(100);
    const calls = line.server.calls().length;
    line.stop.drain({ type: "duration" });
    await watched(line, running);
    expect(line.server.calls().length - calls).toBeLessThanOrEqual(PLACES);
    expect(unsent(line)).toContain("the run was stopped before its call");
    expect(new Set(line.attemptStates())).toEqual(new Set(["ready", "retry"]));
    expect(line.told.item.length + line.queue.length).toBe(KEYS.length);
  });

  it("one that waits long for its place, since calls hang, is not called late: it goes again", async () => {
    const hang = { match: { from: 9_000, until: 11_000 }, fault: { type: "latency", ms: 9_000 } };
    const line = await slowLedger([hang]);
    const most = await watched(line, line.run());
    expect(statuses(line)).toEqual(KEYS.map(() => "ready"));
    expect(unsent(line).length).toBeGreaterThan(0);
    expect(new Set(unsent(line))).toEqual(
      new Set(["no place became free for its call in time; none was made"]),
    );
    expect(line.server.calls()).toHaveLength(KEYS.length);
    expect(most.calls).toBe(PLACES);
  });

  it("one that waited a second for its place asks once more whether its lane may be called, and is not called where it may not", async () => {
    const hang = { match: { from: 9_000, until: 11_000 }, fault: { type: "latency", ms: 4_000 } };
    const line = await slowLedger([hang]);
    const asked: number[] = [];
    // Another process is told to wait while calls hang here.
    const mayCall = async () => {
      asked.push(line.clock.now());
      return line.clock.now() > 14_000;
    };
    Object.assign(line.ledger, { shared: { mayCall } });
    await watched(line, line.run());
    expect(statuses(line)).toEqual(KEYS.map(() => "ready"));
    expect(new Set(unsent(line))).toEqual(new Set(["-1 takes no calls for now; none was made"]));
    const early = asked.filter((at) => at <= 14_000);
    expect(early.length).toBeGreaterThan(0);
    expect(unsent(line)).toHaveLength(early.length);
    expect(line.server.calls()).toHaveLength(KEYS.length);
  });

  it("those that wait less ask nothing", async () => {
    const line = await slowLedger([], 400);
    const asked: unknown[] = [];
    const mayCall = async (lane: unknown) => asked.push(lane) === 0;
    Object.assign(line.ledger, { shared: { mayCall } });
    const most = await watched(line, line.run());
    expect(statuses(line)).toEqual(KEYS.map(() => "ready"));
    expect(most.attempts).toBeGreaterThan(PLACES);
    expect(asked).toEqual([]);
  });
});
