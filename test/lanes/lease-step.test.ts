import { describe, expect, it } from "vitest";
import { isToBeAsked, type LeaseState, leaseSteps } from "../../src/lanes/lease-step.ts";

const OURS: LeaseState = {
  isOurs: true,
  calls: 0,
  isLeaving: false,
  idleMs: 0,
  heldMs: 1_000,
  restMs: 0,
  wantedBy: null,
};
const lane = (more: Partial<LeaseState>): LeaseState => ({ ...OURS, ...more });
const ripe = (more: Partial<LeaseState> = {}) => lane({ heldMs: 30_000, wantedBy: 0, ...more });

describe("what is done about a lane that processes share", () => {
  it.each([
    ["it is used", lane({}), "none"],
    ["there was no work for five seconds", lane({ idleMs: 5_000 }), "hand on"],
    ["a call is under way all the same", lane({ idleMs: 5_000, calls: 1 }), "none"],
    ["it is wanted, and its turn has just begun", lane({ wantedBy: 0, heldMs: 29_999 }), "none"],
    ["its turn is over", ripe(), "leave"],
    ["its turn is over while a call is under way", ripe({ calls: 2 }), "leave"],
    ["it is leaving, and the last call is under way", lane({ isLeaving: true, calls: 1 }), "none"],
    ["it is leaving, and none is", lane({ isLeaving: true }), "hand on"],
    ["the other one has as many lanes", ripe({ wantedBy: 1 }), "none"],
    ["that one waits for two minutes", ripe({ wantedBy: 1, heldMs: 120_000 }), "leave"],
    ["it is not ours, and there is work", lane({ isOurs: false }), "take"],
    ["it is not ours, and there was work", lane({ isOurs: false, idleMs: 5_000 }), "none"],
    ["others are let before us", lane({ isOurs: false, restMs: 1 }), "none"],
  ] as const)("where %s", (_, state, step) => {
    expect(leaseSteps([state])).toEqual([step]);
  });

  it.each([
    { ours: 1, has: 0, leave: 1 },
    { ours: 2, has: 0, leave: 1 },
    { ours: 20, has: 0, leave: 10 },
    { ours: 20, has: 10, leave: 5 },
    { ours: 3, has: 2, leave: 0 },
    { ours: 2, has: 2, leave: 0 },
    { ours: 1, has: 5, leave: 0 },
  ])("makes $ours lanes and those $has of who asks for all of them even", ({ ours, has, leave }) => {
    const steps = leaseSteps(Array.from({ length: ours }, () => ripe({ wantedBy: has })));
    expect(steps.filter((step) => step === "leave")).toHaveLength(leave);
  });

  it("hands on those first that it has had longest", () => {
    const lanes = [31_000, 33_000, 32_000, 30_500].map((heldMs) => ripe({ heldMs }));
    expect(leaseSteps(lanes)).toEqual(["none", "leave", "leave", "none"]);
  });

  it("hands on none to one that has as many, beside one that it hands on to another", () => {
    const lanes = [ripe({ heldMs: 31_000 }), ripe({ wantedBy: 2, heldMs: 60_000 })];
    expect(leaseSteps(lanes)).toEqual(["leave", "none"]);
  });

  it("goes by whoever has fewest, where several ask", () => {
    const steps = leaseSteps([0, 0, 0, 3, 3, 3].map((wantedBy) => ripe({ wantedBy })));
    expect(steps.filter((step) => step === "leave")).toHaveLength(3);
  });

  it("counts none that it is leaving already, and hands that on", () => {
    const [first, ...others] = leaseSteps([ripe({ isLeaving: true, heldMs: 40_000 }), ripe(), ripe()]);
    expect([first, others.filter((step) => step === "leave")]).toEqual(["hand on", ["leave"]]);
  });

  it("asks whether there is work before it takes a lane for idle", () => {
    const asked = [2_000, 2_500, 4_999, 5_000].map((idleMs) => isToBeAsked(lane({ idleMs })));
    expect(asked).toEqual([false, true, true, false]);
    expect(isToBeAsked(lane({ idleMs: 3_000, calls: 1 }))).toBe(false);
  });
});
