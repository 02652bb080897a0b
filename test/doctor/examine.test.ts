import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Check, type Finding, GROUPS, type Report } from "../../src/doctor/check.ts";
import { CHECKS } from "../../src/doctor/checks.ts";
import type { CheckContext } from "../../src/doctor/context.ts";
import { examine } from "../../src/doctor/examine.ts";
import { fail, ofFailure, pass, unknown, warn } from "../../src/doctor/report.ts";
import { failure } from "../../src/domain/failure.ts";

const WORLD = { probing: false, ledger: () => null } as unknown as CheckContext;

function check(id: string, run: Check["run"], more: Partial<Check> = {}): Check {
  return { id, group: "runtime", title: id, why: `why ${id}`, run, ...more };
}

async function examined(checks: readonly Check[], groups: readonly Finding["group"][] = GROUPS) {
  const told: string[] = [];
  const tell = ({ id, subject, status }: Finding) =>
    told.push([id, subject, status].filter((each) => each !== null).join(" "));
  const { findings, blocked } = await examine(WORLD, { checks, groups, tell, docs: (id) => `#${id}` });
  return { told, findings, blocked };
}

describe("what to do next, beside a worker that holds the ledger", () => {
  const ADMIN = "http://127.0.0.1:3000";
  const holder = {
    command: "prewarm worker",
    pid: "1",
    host: "h",
    since: "now",
    admin: ADMIN,
    guarded: false,
  };
  const beside = async (report: Report, holds: object | null = holder) => {
    const world = { probing: false, ledger: () => ({ holder: holds }) } as unknown as CheckContext;
    const checks = [check("a", () => [report])];
    return examine(world, { checks, groups: GROUPS, tell: () => {}, docs: (id) => `#${id}` });
  };

  it("is what that worker can do, and the command where nobody holds it", async () => {
    const run = warn("so so", "prewarm run --transfer upload");
    expect((await beside(run)).findings[0]?.next).toBe(
      "end the worker, then: prewarm worker --transfer upload",
    );
    expect((await beside(run)).next).toBe(`open ${ADMIN}/`);
    expect((await beside(run, null)).findings[0]?.next).toBe("prewarm run --transfer upload");
    expect((await beside(run, null)).next).toBe("prewarm run");
    const weather = ofFailure(failure("telegram_busy", "it says 502"));
    expect((await beside(weather)).findings[0]?.next).toMatch(/^nothing to do: the worker tries again/);
    expect((await beside(weather, null)).findings[0]?.next).toMatch(/^run again/);
  });
});

describe("examining", () => {
  it("starts all checks together, and tells each as soon as all before it are told", async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const started: string[] = [];
    const slow = check("slow", async () => {
      started.push("slow");
      await gate;
      return [pass("well")];
    });
    const quick = check("quick", () => {
      started.push("quick");
      release();
      return [warn("so so", "look")];
    });
    expect((await examined([slow, quick])).told).toEqual(["slow pass", "quick warn"]);
    expect(started).toEqual(["slow", "quick"]);
  });

  it("skips what needs something that failed or could not be checked, and names the bottom of it", async () => {
    const { told, findings, blocked } = await examined([
      check("a", () => [fail("no", "do")]),
      check("b", () => [pass("never")], { needs: ["a"] }),
      check("c", () => [pass("never")], { needs: ["b"] }),
      check("d", () => [unknown("?", "again")]),
      check("e", () => [pass("never")], { needs: ["d"] }),
      check("f", () => [warn("hm", "look")]),
      check("g", () => [pass("yes")], { needs: ["f"] }),
    ]);
    expect(told).toEqual(["a fail", "b skipped", "c skipped", "d unknown", "e skipped", "f warn", "g pass"]);
    expect(findings[2]?.found).toBe("not looked at while a does not hold");
    expect(blocked).toBe(true);
  });

  it("takes a need of one subject for that subject alone", async () => {
    const values = check("values", () => [fail("no", "do", { subject: "X" }), pass("yes", { subject: "Y" })]);
    const { told } = await examined([
      values,
      check("x", () => [pass("never")], { needs: ["values:X"] }),
      check("y", () => [pass("yes")], { needs: ["values:Y"] }),
    ]);
    expect(told).toEqual(["values X fail", "values Y pass", "x skipped", "y pass"]);
  });

  it("looks at what is needed from other groups in silence", async () => {
    const checks = [
      check("a", () => [fail("no", "do")]),
      check("unasked", () => expect.unreachable()),
      check("b", () => [pass("never")], { group: "r2", needs: ["a"] }),
    ];
    const { told, blocked } = await examined(checks, ["r2"]);
    expect(told).toEqual(["b skipped"]);
    expect(blocked).toBe(true);
  });

  it("does not mention what does not apply, nor hold others up by it", async () => {
    const { told } = await examined([
      check("a", () => expect.unreachable(), { applies: () => false }),
      check("b", () => [pass("yes")], { needs: ["a"] }),
    ]);
    expect(told).toEqual(["b pass"]);
  });

  it("takes 4.5 s for a check and 8.5 s for all of them, however many wait for each other", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const slowly = () =>
      new Promise<Report[]>((resolve) => void setTimeout(() => resolve([pass("well")]), 4_400));
    const never = () => new Promise<Report[]>(() => {});
    const over = examined([
      check("a", slowly),
      check("alone", never),
      check("b", never, { needs: ["a"] }),
      check("c", slowly, { needs: ["a"] }),
    ]);
    await vi.advanceTimersByTimeAsync(8_500);
    const { findings } = await over;
    expect(findings.map(({ id, found }) => [id, found])).toEqual([
      ["a", "well"],
      ["alone", "no result within 4.5 s"],
      ["b", "no result within 4.1 s"],
      ["c", "no result within 4.1 s"],
    ]);
  });

  it("turns a check that breaks into one that could not be made", async () => {
    const { findings } = await examined([
      check("a", () => {
        throw new TypeError("oops");
      }),
    ]);
    expect(findings[0]).toMatchObject({ status: "unknown", found: "the check itself broke: oops" });
  });
});

describe("the list of checks", () => {
  it("has each id once, and groups in their order", () => {
    const ids = CHECKS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const order = CHECKS.map(({ group }) => GROUPS.indexOf(group));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it("needs only what stands before", () => {
    const before = new Set<string>();
    for (const { id, needs = [] } of CHECKS) {
      expect(needs.map((need) => need.split(":")[0] ?? "").filter((need) => !before.has(need))).toEqual([]);
      before.add(id);
    }
  });
});
