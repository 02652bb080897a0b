import { describe, expect, it } from "vitest";
import { once, onceEach, onceSync } from "../../src/domain/memo.ts";

describe("asking once", () => {
  it("asks at the first call and returns the same promise to all, a failure too", async () => {
    let asked = 0;
    const ask = once(async () => {
      asked += 1;
      throw new Error(`try ${asked}`);
    });
    expect(asked).toBe(0);
    await expect(Promise.allSettled([ask(), ask()])).resolves.toHaveLength(2);
    await expect(ask()).rejects.toThrow("try 1");
    expect(asked).toBe(1);
  });

  it("asks once for each name", async () => {
    const asked: string[] = [];
    const ask = onceEach(async (name) => {
      asked.push(name);
      return name.toUpperCase();
    });
    expect(await Promise.all([ask("a"), ask("b"), ask("a")])).toEqual(["A", "B", "A"]);
    expect(asked).toEqual(["a", "b"]);
  });

  it("keeps a value, null too, and what was thrown", () => {
    const answers: (() => number | null)[] = [
      () => null,
      () => {
        throw new Error("gone");
      },
    ];
    for (const answer of answers) {
      let asked = 0;
      const ask = onceSync(() => {
        asked += 1;
        return answer();
      });
      const outcome = () => {
        try {
          return ask();
        } catch (error) {
          return error;
        }
      };
      expect(outcome()).toBe(outcome());
      expect(asked).toBe(1);
    }
  });
});
