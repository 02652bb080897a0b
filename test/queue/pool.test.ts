import { describe, expect, it } from "vitest";
import { Pool } from "../../src/queue/pool.ts";

/** Work that ends when it is told to. */
function work() {
  let finish: () => void = () => {};
  let fail: (error: Error) => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return { finish, fail, run: () => done };
}

describe("Pool", () => {
  it("runs no more at a time than it has places, and tells when one falls free", async () => {
    const pool = new Pool(2);
    const [a, b, c] = [work(), work(), work()];
    let freed = 0;
    pool.onFree(() => freed++);
    const first = pool.run(a.run);
    pool.run(b.run);
    expect([pool.free, pool.active]).toEqual([0, 2]);
    a.finish();
    await first;
    expect([pool.free, freed]).toEqual([1, 1]);
    pool.run(c.run);
    expect(pool.free).toBe(0);
    b.finish();
    c.finish();
    await pool.idle();
    expect([pool.free, freed]).toEqual([2, 3]);
  });

  it("starts the next work from onFree itself: never above the limit, never an unused place", async () => {
    const pool = new Pool(3);
    let [running, peak, started] = [0, 0, 0];
    const one = async () => {
      peak = Math.max(peak, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    const fill = () => {
      while (pool.free > 0 && started < 50) {
        started++;
        pool.run(one);
      }
    };
    pool.onFree(fill);
    fill();
    await pool.idle();
    expect([started, peak, running]).toEqual([50, 3, 0]);
  });

  it("gives the place back when the work throws, and hands the error to the caller", async () => {
    const pool = new Pool(1);
    const broken = work();
    const answer = pool.run(broken.run);
    broken.fail(new Error("disk full"));
    await expect(answer).rejects.toThrow("disk full");
    expect(pool.free).toBe(1);
    await pool.idle();
  });

  it("answers what the work answers", async () => {
    expect(await new Pool(1).run(async () => 7)).toBe(7);
  });

  it("refuses a concurrency that is no whole number from 1", () => {
    expect(() => new Pool(0)).toThrow(TypeError);
    expect(() => new Pool(1.5)).toThrow(TypeError);
  });
});
