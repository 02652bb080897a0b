import { describe, expect, it } from "vitest";
import { Deque } from "../../src/queue/deque.ts";
import { heldBytes } from "../helpers/memory.ts";

describe("Deque", () => {
  it("gives items back in the order they came, across growth and wrap-around", () => {
    const deque = new Deque<number>();
    const model: number[] = [];
    let [next, state] = [0, 7];
    for (let step = 0; step < 20_000; step++) {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      const dice = state % 10;
      if (dice < 4) {
        deque.push(next);
        model.push(next++);
      } else if (dice < 6) {
        deque.unshift(next);
        model.unshift(next++);
      } else {
        expect(deque.peek()).toBe(model[0]);
        expect(deque.shift()).toBe(model.shift());
      }
      expect(deque.length).toBe(model.length);
    }
  });

  it("answers undefined when it is empty, and works on afterwards", () => {
    const deque = new Deque<string>();
    expect(deque.shift()).toBeUndefined();
    deque.push("a");
    expect(deque.shift()).toBe("a");
    expect(deque.shift()).toBeUndefined();
    expect(deque.length).toBe(0);
  });

  it("does not keep what was shifted alive", async () => {
    const deque = new Deque<object>();
    const seen = (() => {
      const item = { big: "x".repeat(1000) };
      deque.push(item);
      return new WeakRef(item);
    })();
    deque.push({});
    deque.shift();
    await new Promise((resolve) => setImmediate(resolve));
    heldBytes();
    expect(seen.deref()).toBeUndefined();
    expect(deque.length).toBe(1);
  });
});
