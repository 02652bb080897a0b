import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import { type Line, type LineOptions, openLine } from "./line.ts";

const KEYS = ["a", "b", "c", "d", "e", "f", "g", "h"];
/** Every post takes this long, in milliseconds of the clock. */
const slow = (ms: number) => ({ match: { count: 99 }, fault: { type: "latency", ms } });
const QUICK = () => new FixedPace(60_000, Number.POSITIVE_INFINITY);

/** A line on which eight documents of 9 bytes wait; posts take two seconds, reads one. */
async function waiting(options: LineOptions = {}): Promise<Line> {
  const line = await openLine({
    paces: [QUICK()],
    concurrency: 2,
    readAhead: 1_000,
    faults: [slow(2_000)],
    ...options,
  });
  line.transfers.readMs = 1_000;
  for (const key of KEYS) await line.put(key);
  return line;
}

const statuses = (line: Line) => line.told.item.map(({ status }) => status);
const startsOf = (line: Line) => line.server.calls().map(({ started }) => Math.round(started / 100) / 10);

describe("reading ahead", () => {
  it("keeps every place busy with sends: the next object is there when a place is free", async () => {
    const line = await waiting();
    const running = line.run();
    await line.live(9_500);
    await running;
    expect(startsOf(line)).toEqual([1, 1, 3, 3, 5, 5, 7, 7]);
    expect(statuses(line)).toEqual(Array(8).fill("ready"));
  });

  it("is off without a budget: each object is read in its place", async () => {
    const line = await waiting({ readAhead: 0 });
    const running = line.run();
    await line.live(13_000);
    await running;
    expect(startsOf(line)).toEqual([1, 1, 4, 4, 7, 7, 10, 10]);
  });

  it("begins nothing for a bot that has to wait for longer than it keeps what was read, however slow reads are", async () => {
    const flood = { match: { nth: 2 }, fault: { type: "flood", retry_after: 15 } };
    const line = await openLine({
      paces: [new FixedPace(60)],
      readAhead: 1_000,
      faults: [flood],
      policy: { isFed: true },
    });
    line.transfers.readMs = 30_000;
    await line.put("a");
    const running = line.run();
    await line.live(31_000);
    line.transfers.readMs = 100;
    // What would be read and given up again and again never lets time pass.
    const { prepare } = line.transfers;
    line.transfers.prepare = (...given) => {
      if (line.transfers.reads.length > 100) throw new Error("there is no end to reads");
      return prepare.apply(line.transfers, given);
    };
    for (const key of ["b", "c", "d"]) await line.put(key);
    await Promise.race([line.live(25_000), running]);
    expect(statuses(line)).toEqual(Array(4).fill("ready"));
    // What it had is read once more, and in time.
    expect(line.transfers.reads.length).toBeLessThanOrEqual(8);
    const [, refused = 0, again = 0] = startsOf(line);
    expect(again - refused).toBe(15);
  });

  it("reads each object once, in the order of the queue", async () => {
    const line = await waiting();
    const running = line.run();
    await line.live(9_500);
    await running;
    expect(line.transfers.reads).toEqual(KEYS);
  });

  it("reads no more than has room, and frees it when an object is sent", async () => {
    const line = await waiting({ readAhead: 20 });
    const running = line.run();
    const used: number[] = [];
    for (let step = 0; step < 30; step += 1) {
      await line.live(500);
      used.push(line.budget?.used ?? 0);
    }
    await running;
    expect(Math.max(...used)).toBe(18);
    expect(used.at(-1)).toBe(0);
    expect([statuses(line), line.transfers.reads]).toEqual([Array(8).fill("ready"), KEYS]);
  });

  it("leaves what is larger than all room to its place", async () => {
    const line = await waiting({ readAhead: 8 });
    const running = line.run();
    await line.live(13_000);
    await running;
    expect(startsOf(line)).toEqual([1, 1, 4, 4, 7, 7, 10, 10]);
  });

  it("reads for a slow lane shortly before its next slot, and not the whole queue", async () => {
    const line = await waiting({ paces: [new FixedPace(6)] });
    const running = line.run();
    await line.live(5_000);
    expect(line.transfers.reads).toEqual(["a"]);
    await line.live(5_000);
    expect(line.transfers.reads).toEqual(["a", "b"]);
    line.stop.drain({ type: "duration" });
    await line.live(1_000);
    await running;
  });

  it("tells download, queue and lane apart, and no moment twice", async () => {
    const line = await waiting({ concurrency: 1 });
    const running = line.run();
    await line.live(18_000);
    await running;
    for (const { latency } of line.told.item) {
      const { total, queue, lane, download, send } = latency;
      expect([download, send]).toEqual([1_000, 2_000]);
      expect(queue + lane + download + send).toBeCloseTo(total, 6);
    }
    const last = line.told.item.at(-1)?.latency;
    expect(last).toMatchObject({ lane: 0, queue: 14_000 });
  });
});

describe("an object that was read ahead", () => {
  it("and could not be read fails as it would in its place", async () => {
    const [ahead, inPlace] = await Promise.all(
      [1_000, 0].map(async (readAhead) => {
        const line = await waiting({ readAhead });
        line.transfers.broken.set("c", failure("object_changed", "c was replaced since it was listed"));
        const running = line.run();
        await line.live(13_000);
        await running;
        return line;
      }),
    );
    const failedOf = (line: Line | undefined) => line?.told.item.find(({ key }) => key === "c");
    const shown = ({ status, error, attempts, transfer }: NonNullable<ReturnType<typeof failedOf>>) => ({
      ...{ status, error, attempts, transfer },
    });
    const [one, other] = [failedOf(ahead), failedOf(inPlace)];
    if (!one || !other) throw new Error("c did not end");
    expect(shown(one)).toEqual(shown(other));
    expect(one).toMatchObject({ status: "failed", reason: "object_changed" });
    expect(ahead?.rows()).toEqual(inPlace?.rows());
  });

  it("is not read again after a flood wait", async () => {
    const line = await waiting({
      faults: [{ match: { nth: 1 }, fault: { type: "flood", retry_after: 3 } }, slow(2_000)],
    });
    const running = line.run();
    await line.live(20_000);
    await running;
    expect(statuses(line)).toEqual(Array(8).fill("ready"));
    expect([...line.transfers.reads].sort()).toEqual(KEYS);
    expect([...line.transfers.forgotten].sort()).toEqual(KEYS);
  });

  it("goes back into the queue, and its room is free, when its bot has to wait long", async () => {
    const line = await waiting();
    const running = line.run();
    await line.live(1_500);
    const [lane] = line.lanes.all;
    if (lane) line.lanes.freeze(lane, 60_000);
    await line.live(2_000);
    expect([line.ahead.size, line.budget?.used, line.queue.length]).toEqual([0, 0, 6]);
    await line.live(70_000);
    await running;
    expect(line.told.item.map(({ key }) => key).sort()).toEqual(KEYS);
  });

  it("is given up while work is paused, and read anew afterwards", async () => {
    const state = { paused: false };
    const line = await waiting({ policy: { isPaused: () => state.paused } });
    const running = line.run();
    await line.live(1_500);
    state.paused = true;
    line.bell.ring();
    await line.live(5_000);
    expect([line.ahead.size, line.queue.length, line.budget?.used]).toEqual([0, 6, 0]);
    state.paused = false;
    line.bell.ring();
    await line.live(20_000);
    await running;
    expect(statuses(line)).toEqual(Array(8).fill("ready"));
  });

  it("is left in the queue when the run drains: what is still read is cancelled, what was opened given back", async () => {
    const line = await waiting();
    const running = line.run();
    await line.live(1_500);
    const { reads } = line.transfers;
    expect(reads.length).toBeGreaterThan(2);
    line.stop.drain({ type: "duration" });
    await line.live(2_000);
    await running;
    expect([line.queue.length, line.budget?.used]).toEqual([6, 0]);
    expect(statuses(line)).toEqual(["ready", "ready"]);
    expect(new Set(line.transfers.dropped)).toEqual(new Set(reads));
  });

  it("is cancelled when the run is aborted", async () => {
    const line = await waiting();
    const running = line.run();
    await line.live(500);
    line.stop.abort();
    await line.live(0);
    await running;
    expect([line.ahead.size, line.budget?.used, line.server.calls()]).toEqual([0, 0, []]);
  });
});

describe("a place", () => {
  it("is free as soon as the answer is there, whatever the ledger is doing", async () => {
    const line = await waiting({ concurrency: 1 });
    const running = line.run();
    await line.live(18_000);
    await running;
    const calls = line.server.calls();
    const gaps = calls.slice(1).map(({ started }, nth) => started - (calls[nth]?.answered ?? 0));
    expect(gaps.filter((ms) => ms > 1)).toEqual([]);
  });
});
