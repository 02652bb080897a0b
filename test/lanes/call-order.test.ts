import { describe, expect, it } from "vitest";
import { CallOrder } from "../../src/lanes/call-order.ts";

/** The answer at `ended` to the call that began at `started`, in a slot of the same moment. */
function answer(started: number, ended: number) {
  return { slotAt: started, times: { started, bodyEnd: started, ended }, floodMs: null, sent: true };
}

describe("calls that are answered in another order than they began", () => {
  it("are told in the order in which they began, once those before them have ended", () => {
    const order = new CallOrder();
    for (const at of [0, 1_000, 2_000]) order.started(at, at);
    const [first, second, third] = [answer(0, 2_600), answer(1_000, 2_500), answer(2_000, 2_700)];
    expect(order.ended(second)).toEqual([]);
    expect(order.underWay).toBe(2);
    expect(order.ended(first)).toEqual([first, second]);
    expect([order.ended(third), order.underWay]).toEqual([[third], 0]);
  });

  it("do not wait for a large upload", () => {
    const order = new CallOrder();
    order.started(0, 0);
    order.started(9_000, 9_000);
    const [large, small] = [answer(0, 60_000), answer(9_000, 10_500)];
    expect(order.ended(small)).toEqual([small]);
    expect(order.ended(large)).toEqual([large]);
  });

  it("are told at once where they were not heard of before", () => {
    const stranger = answer(0, 100);
    expect(new CallOrder().ended(stranger)).toEqual([stranger]);
  });
});
