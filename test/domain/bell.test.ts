import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { Bell } from "../../src/domain/bell.ts";
import { VirtualClock } from "../helpers/clock.ts";

const never = new AbortController().signal;

describe("a bell", () => {
  it("keeps a ring for the sleep that comes, and for that one only", async () => {
    const [clock, bell] = [new VirtualClock(), new Bell<string>()];
    bell.ring("first");
    bell.ring("second");
    expect(await bell.wait(60_000, clock, never)).toBe("first");
    const next = bell.wait(60_000, clock, never);
    await clock.advance(60_000);
    expect(await next).toBeNull();
  });

  it("wakes whoever sleeps, with what the ring says", async () => {
    const [clock, bell] = [new VirtualClock(), new Bell<string>()];
    const waiting = bell.wait(60_000, clock, never);
    bell.ring("change");
    expect(await waiting).toBe("change");
  });

  it("forgets a kept ring when asked to", async () => {
    const [clock, bell] = [new VirtualClock(), new Bell()];
    bell.ring();
    bell.clear();
    const waiting = bell.wait(5, clock, never);
    await clock.advance(5);
    expect(await waiting).toBeNull();
  });

  it("ends a sleep without a ring on abort, and leaves no listener", async () => {
    const [clock, bell] = [new VirtualClock(), new Bell()];
    const stop = new AbortController();
    const waiting = bell.wait(60_000, clock, stop.signal);
    stop.abort();
    expect(await waiting).toBeNull();
    expect(await bell.wait(60_000, clock, stop.signal)).toBeNull();
    expect(getEventListeners(stop.signal, "abort")).toEqual([]);
  });

  it("sets no timer for a sleep that only a ring ends", async () => {
    const [clock, bell] = [new VirtualClock(), new Bell()];
    let isOver = false;
    const waiting = bell.wait(Number.POSITIVE_INFINITY, clock, never).then(() => {
      isOver = true;
    });
    await clock.advance(1e12);
    expect(isOver).toBe(false);
    bell.ring();
    await waiting;
  });
});
