import { describe, expect, it } from "vitest";
import { AttemptLost } from "../../../src/domain/shared-work.ts";
import { LedgerError } from "../../../src/ledgers/error.ts";
import type { Database } from "../../../src/ledgers/postgres/database.ts";
import { LeaseKeeper } from "../../../src/ledgers/postgres/lease-keeper.ts";
import type { Company } from "../../../src/ledgers/postgres/processes.ts";
import { run, type Statement, type Steps } from "../../../src/ledgers/sql/steps.ts";
import type { Store } from "../../../src/ledgers/sql/store.ts";
import { VirtualClock } from "../../helpers/clock.ts";

const EACH_MS = 10_000;
const RENEWAL = ["renew", "sweep", "stay 0"];

/** A keeper on a clock that the test moves; the statements that it has played are noted, and its row stays as long as the test says. */
function openKeeper(company: Company) {
  const clock = new VirtualClock();
  const row: { stays: boolean; error: Error | null } = { stays: true, error: null };
  const log: string[] = [];
  const answer = ({ sql, params }: Statement): unknown => {
    const name = /prewarm_processes/.test(sql)
      ? `stay ${params.moreS}`
      : /^select/.test(sql)
        ? "sweep"
        : "renew";
    log.push(/^other/.test(sql) ? sql : name);
    if (row.error) throw row.error;
    if (name === "sweep") return [];
    return row.stays ? 1 : 0;
  };
  const write = async <T>(work: () => Steps<T>): Promise<T> => {
    const steps = work();
    let step = steps.next();
    while (!step.done) step = steps.next(answer(step.value));
    return step.value;
  };
  const store = { place: "the ledger" } as unknown as Store;
  const keeper = new LeaseKeeper({ write } as unknown as Database, store, { fence: 7, company }, clock);
  const doneIn = async (ms: number) => {
    log.length = 0;
    await clock.advance(ms);
    return [...log];
  };
  return { keeper, clock, row, log, doneIn };
}

describe("what a process has under a lease", () => {
  it("is renewed every ten seconds while a call is under way, and nothing otherwise", async () => {
    const { keeper, doneIn } = openKeeper("guest");
    expect(await doneIn(6 * EACH_MS)).toEqual([]);
    keeper.begun(1);
    keeper.begun(2);
    expect(await doneIn(2 * EACH_MS)).toEqual([...RENEWAL, ...RENEWAL]);
    await keeper.ending(async () => "ended")(1);
    expect(await doneIn(EACH_MS)).toEqual(RENEWAL);
    const failing = keeper.ending(() => Promise.reject(new Error("no")));
    await expect(failing(2)).rejects.toThrow("no");
    expect(await doneIn(3 * EACH_MS)).toEqual([]);
  });

  it("is renewed where nothing but lanes are its, and until it stops", async () => {
    const { keeper, doneIn } = openKeeper("guest");
    const told: unknown[] = [];
    keeper.lanes = {
      any: true,
      renewal: () => run("other"),
      renewed: (...given: unknown[]) => told.push(given),
    } as unknown as NonNullable<LeaseKeeper["lanes"]>;
    expect(await doneIn(EACH_MS)).toEqual(["renew", "sweep", "other", "stay 0"]);
    expect(told).toEqual([[1, 0]]);
    keeper.stop();
    expect(await doneIn(5 * EACH_MS)).toEqual([]);
  });

  it("is noted as lost where an id comes after its lease was over", async () => {
    const { keeper, doneIn, log } = openKeeper("guest");
    keeper.begun(1);
    const late = keeper.bringing(() => Promise.reject(new AttemptLost(1)));
    await expect(late(1)).rejects.toThrow(AttemptLost);
    expect(log).toEqual(["sweep"]);
    const failed = keeper.bringing(() => Promise.reject(new Error("no")));
    await expect(failed(1)).rejects.toThrow("no");
    expect(log).toEqual(["sweep"]);
    expect(await doneIn(EACH_MS)).toEqual([]);
  });

  it.each<[Company, boolean]>([
    ["alone", true],
    ["shared", false],
    ["guest", false],
  ])("is taken over only from who was alone: %s", async (company, isLost) => {
    const { keeper, doneIn, row } = openKeeper(company);
    keeper.begun(1);
    row.stays = false;
    await doneIn(EACH_MS);
    const text =
      "the ledger was taken over by another worker, since this one had stood still for more than 30 s";
    if (isLost) expect(() => keeper.check()).toThrow(text);
    else expect(() => keeper.check()).not.toThrow();
  });

  it.each([
    [new LedgerError("the disk is full", 1), true],
    [new Error("something else"), false],
  ])("fails the process where the ledger fails: %s", async (error, isLost) => {
    const { keeper, doneIn, row } = openKeeper("alone");
    row.error = error;
    await doneIn(EACH_MS);
    if (isLost) expect(() => keeper.check()).toThrow(error.message);
    else expect(() => keeper.check()).not.toThrow();
    row.error = null;
    expect(await doneIn(EACH_MS)).toEqual(RENEWAL);
  });
});

describe("the place of a worker that rests", () => {
  it("is kept by one renewal for as long, and every ten seconds again after it", async () => {
    const { keeper, log, doneIn } = openKeeper("alone");
    await keeper.rest(60_000);
    expect(log).toEqual(["renew", "sweep", "stay 60"]);
    expect(await doneIn(5 * EACH_MS)).toEqual([]);
    expect(await doneIn(2 * EACH_MS)).toEqual([...RENEWAL, ...RENEWAL]);
  });

  it("is renewed as usual as soon as a call is under way", async () => {
    const { keeper, doneIn } = openKeeper("alone");
    await keeper.rest(60_000);
    keeper.begun(1);
    expect(await doneIn(EACH_MS)).toEqual(RENEWAL);
  });

  it.each<[string, Company, number, boolean]>([
    ["for no longer than between two renewals", "alone", EACH_MS, false],
    ["beside others", "shared", 60_000, false],
    ["as a guest", "guest", 60_000, false],
    ["with a call under way", "alone", 60_000, true],
  ])("is not kept longer %s", async (_, company, ms, isCalling) => {
    const { keeper, log } = openKeeper(company);
    if (isCalling) keeper.begun(1);
    await keeper.rest(ms);
    expect(log).toEqual([]);
  });

  it("is told of before anything is written, and lost where another one has it", async () => {
    const { keeper, log, row } = openKeeper("alone");
    await keeper.writing(() => run("other 1"));
    expect(log).toEqual(["other 1"]);
    await keeper.rest(60_000);
    log.length = 0;
    await keeper.writing(() => run("other 2"));
    await keeper.writing(() => run("other 3"));
    expect(log).toEqual(["stay 0", "other 2", "other 3"]);
    await keeper.rest(60_000);
    row.stays = false;
    log.length = 0;
    await expect(keeper.writing(() => run("other 4"))).rejects.toThrow("it rested, and was taken for dead");
    expect(log).toEqual(["stay 0"]);
    await expect(keeper.writing(() => run("other 5"))).rejects.toThrow("taken over by another worker");
    expect(log).toEqual(["stay 0"]);
  });

  it("is told of no more once it was renewed as usual", async () => {
    const { keeper, doneIn, log } = openKeeper("alone");
    await keeper.rest(60_000);
    await doneIn(7 * EACH_MS);
    log.length = 0;
    await keeper.writing(() => run("other"));
    expect(log).toEqual(["other"]);
  });

  it("is kept for what is left of it where it was renewed otherwise", async () => {
    const { keeper, doneIn } = openKeeper("alone");
    keeper.renewed();
    expect(await doneIn(EACH_MS)).toEqual(["renew", "sweep", "stay 5"]);
  });
});
