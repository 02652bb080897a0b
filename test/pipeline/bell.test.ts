import { describe, expect, it } from "vitest";
import { Bell } from "../../src/pipeline/bell.ts";
import { instantClock } from "./instant-clock.ts";

describe("a bell", () => {
  it("keeps a ring for the sleep that comes", async () => {
    const clock = instantClock();
    const bell = new Bell();
    bell.ring();
    await bell.wait(60_000, clock, new AbortController().signal);
    expect(clock.slept).toBe(0);
    await bell.wait(60_000, clock, new AbortController().signal);
    expect(clock.slept).toBe(60_000);
  });
});
