import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/domain/clock.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { GONE, lane } from "./clocked-lanes.ts";
import { LEASE_MS, openShareOn, SharedTable } from "./shared-table.ts";

/** Two processes with two lanes of one bot each, on one clock. */
function openTwo() {
  const clock = new VirtualClock();
  const table = new SharedTable();
  const open = (process: string) =>
    openShareOn(table, process, clock, [lane("one", "-1"), lane("one", "-2")]);
  const [run, worker] = [open("run"), open("worker")];
  /** Time goes by while a process has work for its lanes and renews their leases; `wantedBy` others ask for them. */
  const work = async (process: typeof run, ms: number, wantedBy: number | null = null) => {
    for (let at = 0; at < ms; at += 1_000) {
      process.share.want(process.lanes);
      await clock.advance(1_000);
      process.keep(wantedBy);
    }
  };
  return { clock, table, run, worker, work };
}

const leaving = ({ lanes }: ReturnType<typeof openTwo>["run"]) => lanes.map(({ isLeaving }) => isLeaving);

describe("lanes that processes share", () => {
  it("are taken at once where there is work, under a lease that is taken to end early", async () => {
    const { clock, table, run } = openTwo();
    table.askedAgoMs = 300;
    expect(run.isOurs()).toEqual([false, false]);
    run.share.want(run.lanes.slice(0, 1));
    run.share.want(run.lanes.slice(0, 1));
    await clock.advance(0);
    expect([run.isOurs(), table.log]).toEqual([[true, false], ["run asks for -1"]]);
    expect(run.log).toEqual(["begin -1", "leased -1"]);
    expect(run.lanes[0]?.leasedUntil).toBe(clock.now() + LEASE_MS - 2_000 - 300);
    run.share.want(run.lanes);
    await clock.advance(0);
    expect([run.isOurs(), table.log.at(-1)]).toEqual([[true, true], "run asks for -2"]);
  });

  it("are looked after as long as there is work, and handed on five seconds after, with what was learned", async () => {
    const { clock, table, run, work } = openTwo();
    await work(run, 4_000);
    expect(table.log).toEqual(["run asks for -1 -2"]);
    await clock.advance(3_000);
    expect([run.isOurs(), run.log.filter((each) => each === "changed").length > 0]).toEqual([
      [true, true],
      true,
    ]);
    await clock.advance(2_000);
    expect(run.isOurs()).toEqual([false, false]);
    expect(table.log.slice(1)).toEqual(["run leaves -1, next in 11", "run leaves -2, next in 11"]);
    const { length } = table.log;
    await clock.advance(60_000);
    expect(table.log).toHaveLength(length);
  });

  it("are nothing to look after once none is ours and there is no work", async () => {
    const { clock, run } = openTwo();
    run.share.want(run.lanes.slice(0, 1));
    await clock.advance(10_000);
    expect([run.isOurs(), clock.step()]).toEqual([[false, false], false]);
  });

  it("go on from where they were where nobody had them since, and are not begun anew", async () => {
    const { clock, run } = openTwo();
    run.share.want(run.lanes);
    await clock.advance(10_000);
    run.share.want(run.lanes);
    await clock.advance(0);
    expect([run.isOurs(), run.log.filter((each) => each.startsWith("begin"))]).toEqual([
      [true, true],
      ["begin -1", "begin -2"],
    ]);
  });

  it("are not handed on under a call", async () => {
    const { clock, run } = openTwo();
    run.share.want(run.lanes);
    await clock.advance(0);
    const call = { startedAt: clock.now() };
    run.lanes[0]?.calls.add(call);
    await clock.advance(3_000);
    expect(run.log.filter((each) => each === "changed").length).toBeGreaterThan(0);
    await clock.advance(17_000);
    expect(run.isOurs()).toEqual([true, false]);
    run.lanes[0]?.calls.delete(call);
    await clock.advance(6_000);
    expect(run.isOurs()).toEqual([false, false]);
  });

  it("are not taken where nothing can be posted any more", async () => {
    const { clock, table, run } = openTwo();
    for (const each of run.lanes) each.closed = GONE;
    run.share.want(run.lanes);
    await clock.advance(0);
    expect(table.log).toEqual([]);
  });

  it("are of another process as soon as that has them, which is told once, and asked for each second", async () => {
    const { clock, table, run, worker, work } = openTwo();
    run.share.want(run.lanes);
    await clock.advance(0);
    await work(worker, 3_000);
    expect(worker.isOurs()).toEqual([false, false]);
    expect(table.log.filter((each) => each === "worker asks for -1 -2").length).toBeGreaterThanOrEqual(3);
    expect(worker.log).toEqual([
      "lane one x -1 is in use by `prewarm run` (pid 7 on there); it goes on here as soon as that one has no work for it, and after a while in any case",
    ]);
  });

  it("are asked for on, and whether there is work, by a process that stood still for longer than it takes one to have none", async () => {
    const clock = new VirtualClock();
    const table = new SharedTable();
    const owner = openShareOn(table, "owner", clock, [lane("one", "-1")]);
    let lateMs = 0;
    const stopped: Clock = {
      scale: 1,
      now: () => clock.now(),
      wall: () => clock.wall(),
      after: (ms, happen) => clock.after(ms + lateMs, happen),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
    const waiting = openShareOn(table, "waiting", stopped, [lane("one", "-1")]);
    owner.share.want(owner.lanes);
    await clock.advance(0);
    waiting.share.want(waiting.lanes);
    lateMs = 20_000;
    await clock.advance(19_000);
    lateMs = 0;
    const before = table.log.length;
    await clock.advance(3_500);
    expect(table.log.slice(before).filter((each) => each.startsWith("waiting asks")).length).toBeGreaterThan(
      0,
    );
    await clock.advance(1_000);
    expect(waiting.log).toContain("changed");
  });

  it("are asked for on by a process whose ledger was away for longer than it takes one to have no work", async () => {
    const { table, run, worker, work } = openTwo();
    await work(run, 1_000);
    let isBack = () => {};
    table.held = new Promise((resolve) => {
      isBack = resolve;
    });
    worker.share.want(worker.lanes);
    await work(run, 12_000);
    isBack();
    table.held = Promise.resolve();
    const before = table.log.length;
    await work(run, 4_000);
    expect(table.log.slice(before)).toContain("worker asks for -1 -2");
    expect(worker.log).toContain("changed");
  });

  it("are asked for no more often where there is more work", async () => {
    const { clock, table, run, worker } = openTwo();
    run.share.want(run.lanes.slice(0, 1));
    await clock.advance(0);
    const [first, second] = worker.lanes;
    if (!first || !second) throw new Error("there are two");
    worker.share.want([first]);
    await clock.advance(100);
    worker.share.want([second]);
    for (let at = 0; at < 3_000; at += 500) {
      run.share.want(run.lanes.slice(0, 1));
      worker.share.want(worker.lanes);
      await clock.advance(500);
    }
    const asked = table.log.filter((each) => each.startsWith("worker"));
    expect(asked).toEqual([
      "worker asks for -1",
      "worker asks for -1 -2",
      ...Array(3).fill("worker asks for -1"),
    ]);
  });

  it("are nothing to tell of where one of them is ours", async () => {
    const { clock, run, worker, work } = openTwo();
    run.share.want(run.lanes.slice(0, 1));
    await clock.advance(0);
    await work(worker, 2_000);
    expect([worker.isOurs(), worker.log]).toEqual([
      [false, true],
      ["begin -2", "leased -2"],
    ]);
  });

  it("are shared after half a minute, and asked for again once the other one had its turn", async () => {
    const { clock, table, run, worker, work } = openTwo();
    await work(run, 27_000);
    worker.share.want(worker.lanes);
    await work(run, 2_000, 0);
    expect([run.isOurs(), leaving(run)]).toEqual([
      [true, true],
      [false, false],
    ]);
    const call = { startedAt: clock.now() };
    run.lanes[0]?.calls.add(call);
    run.share.want(run.lanes);
    await clock.advance(1_000);
    expect([run.isOurs(), leaving(run), run.log.at(-1)]).toEqual([[true, true], [true, false], "leased -1"]);
    run.lanes[0]?.calls.delete(call);
    worker.share.want(worker.lanes);
    await work(run, 1_000);
    expect([run.isOurs(), leaving(run), run.log.at(-1)]).toEqual([
      [false, true],
      [false, false],
      "leased -1",
    ]);
    const { length } = table.log;
    await work(run, 2_000);
    expect(table.log.slice(length).filter((each) => each.startsWith("run"))).toEqual([]);
    expect(worker.isOurs()).toEqual([true, false]);
    await work(run, 2_000);
    expect(table.log).toContain("run asks for -1");
  });

  it("are left by the one that has most, not all at once: what others have is asked anew", async () => {
    const { clock, run, work } = openTwo();
    await work(run, 28_000, 0);
    run.share.want(run.lanes);
    await clock.advance(3_500);
    expect(run.isOurs().filter((isOurs) => isOurs)).toHaveLength(1);
  });
});

describe("leases of lanes", () => {
  it("are over where they were not renewed, and asked for anew where there is work", async () => {
    const { clock, table, run } = openTwo();
    run.share.want(run.lanes);
    await clock.advance(0);
    for (const each of run.lanes) each.calls.add({ startedAt: clock.now() });
    await clock.advance(27_900);
    expect([run.isOurs(), table.log.length, run.log.length]).toEqual([[true, true], 1, 4]);
    await clock.advance(100);
    expect([run.isOurs(), table.log.length]).toEqual([[true, true], 2]);
    expect(run.log.slice(4)).toEqual(["leased -1", "leased -2", "leased -1", "leased -2"]);
  });

  it("are renewed from when they were asked for, and lost where the ledger does not have them", async () => {
    const { clock, table, run } = openTwo();
    run.share.want(run.lanes);
    await clock.advance(2_000);
    table.leaseOf({ bot: "one", chat: "-2" }).owner = "worker";
    run.keep(null, 500);
    expect([run.isOurs(), run.lanes[0]?.leasedUntil]).toEqual([
      [true, false],
      clock.now() + LEASE_MS - 2_500,
    ]);
    expect(run.log.at(-1)).toBe("leased -2");
  });

  it("are not judged by what was asked before they were taken", async () => {
    const { clock, table, run } = openTwo();
    run.share.want(run.lanes);
    await clock.advance(1_000);
    for (const chat of ["-1", "-2"]) table.leaseOf({ bot: "one", chat }).owner = null;
    run.keep(null, 1_001);
    expect(run.isOurs()).toEqual([true, true]);
    run.keep(null, 1_000);
    expect(run.isOurs()).toEqual([false, false]);
  });

  it("are handed on where nobody here knows their chat any more", async () => {
    const { table, run } = openTwo();
    table.leaseOf({ bot: "one", chat: "-9" }).owner = "run";
    run.keep(null, 0, [{ bot: "one", chat: "-9" }]);
    expect(table.log).toEqual(["run leaves -9, next in 0"]);
    run.keep(null, 0, []);
    expect(table.log).toHaveLength(1);
  });

  it("bring deadlines along, each told once", async () => {
    const { clock, table, run } = openTwo();
    table.frozenForMs = 4_000;
    run.share.want(run.lanes.slice(0, 1));
    await clock.advance(0);
    const until = clock.now() + 4_000;
    run.keep();
    expect(run.log).toEqual(["begin -1", `hold -1 until ${until}`, "leased -1"]);
    table.frozenForMs = 4_050;
    run.keep();
    expect(run.log).toHaveLength(3);
    table.frozenForMs = 4_051;
    run.keep();
    expect(run.log.at(-1)).toBe(`hold -1 until ${until + 51}`);
    run.heard.held?.({ bot: "one", chat: "-1", forMs: 9_000 });
    expect(run.log.at(-1)).toBe(`hold -1 until ${until + 5_000}`);
    run.heard.held?.({ bot: "one", chat: "-8", forMs: null });
    run.heard.held?.({ bot: "one", chat: "-8", forMs: 99_000 });
    expect([run.isOurs(), run.log.length]).toEqual([[true, false], 5]);
    run.heard.held?.({ bot: "one", chat: "-1", forMs: null });
    expect([run.isOurs(), run.log.at(-1)]).toEqual([[false, false], "leased -1"]);
  });

  it("are all given back at the end, after which nothing is asked for", async () => {
    const { clock, table, run } = openTwo();
    run.share.want(run.lanes);
    await clock.advance(0);
    await run.share.end();
    expect(table.log.slice(1)).toEqual(["run leaves -1, next in 11", "run leaves -2, next in 11"]);
    await clock.advance(60_000);
    expect(table.log).toHaveLength(3);
  });

  it.each([null, new Error("the database is gone")])(
    "are nobody's at the end also where they are just being taken, or that fails: %s",
    async (error) => {
      const { clock, table, run } = openTwo();
      let open = () => {};
      table.held = new Promise((resolve) => {
        open = resolve;
      });
      table.error = error;
      run.share.want(run.lanes);
      await clock.advance(0);
      const end = run.share.end();
      open();
      await end;
      expect([run.isOurs(), clock.step(), run.log.includes("changed")]).toEqual([
        [false, false],
        false,
        false,
      ]);
    },
  );

  it("fail whoever has work once none can be asked for", async () => {
    const { clock, table, run } = openTwo();
    table.error = new Error("the database is gone");
    run.share.want(run.lanes);
    await clock.advance(0);
    expect(run.log).toEqual(["changed"]);
    expect(() => run.share.want(run.lanes)).toThrow("the database is gone");
    await clock.advance(10_000);
    expect(table.log).toHaveLength(1);
  });
});
