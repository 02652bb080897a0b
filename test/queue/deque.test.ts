import { describe, expect, it } from "vitest";
import { Deque } from "../../src/queue/deque.ts";
import { heldBytes } from "../helpers/memory.ts";

describe("Deque", () => {
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
