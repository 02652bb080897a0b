import { describe, expect, it } from "vitest";
import { SameSizeSpacing, UnsentCap } from "../../../src/sandbox/flood-control/upload-limits.ts";

function spacingAt(start = 50_000) {
  const clock = { time: start, now: () => clock.time };
  return { clock, spacing: new SameSizeSpacing(clock) };
}

function waitsOf(spacing: SameSizeSpacing, bytes: number, calls: number): (number | "refused")[] {
  return Array.from({ length: calls }, () => {
    const verdict = spacing.ask(bytes);
    return verdict.type === "pass" ? Math.round(verdict.waitMs) : "refused";
  });
}

describe("uploads of one size", () => {
  it("are not spaced up to 100,000 bytes", () => {
    const { spacing } = spacingAt();
    expect(new Set(waitsOf(spacing, 100_000, 100))).toEqual(new Set([0]));
  });

  it.each([
    [100_001, 200],
    [5_000_000, 500],
    [40_000_000, 900],
  ])("of %i bytes run %i ms apart after a second of burst", (bytes, apart) => {
    const { spacing } = spacingAt();
    const waits = waitsOf(spacing, bytes, 6).map(Number);
    const burst = Math.floor(1_000 / apart);
    expect(waits.slice(0, burst).every((wait) => wait === 0)).toBe(true);
    const after = waits.slice(burst);
    expect(after.slice(1).every((wait, index) => wait - (after[index] ?? 0) === apart)).toBe(true);
  });

  it("are refused for 60 s once more than 5 s of them stand in line, and taken again when it is shorter", () => {
    const { clock, spacing } = spacingAt();
    const waits = waitsOf(spacing, 10_000_000, 12);
    expect(waits.slice(-2)).toEqual(["refused", "refused"]);
    expect(spacing.ask(10_000_000)).toEqual({ type: "refuse", retryAfter: 60 });
    clock.time += 2_000;
    expect(spacing.ask(10_000_000).type).toBe("pass");
  });

  it("do not hold up uploads of another size", () => {
    const { spacing } = spacingAt();
    waitsOf(spacing, 10_000_000, 12);
    expect(spacing.ask(10_000_001)).toEqual({ type: "pass", waitMs: 0 });
  });
});

describe("messages on their way to one chat", () => {
  it("are taken up to the cap, and again when one has left", () => {
    const cap = new UnsentCap(2);
    expect([cap.enter(), cap.enter(), cap.enter()]).toEqual([true, true, false]);
    cap.leave();
    expect([cap.enter(), cap.enter()]).toEqual([true, false]);
  });
});
