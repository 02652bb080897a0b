import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { onAbort, unlessAborted, waitUnlessAborted } from "../../src/domain/abort.ts";

/** A signal, what ends it, and how many listeners it has. */
function scene() {
  const controller = new AbortController();
  const { signal } = controller;
  return {
    signal,
    abort: () => controller.abort(),
    listeners: () => getEventListeners(signal, "abort").length,
  };
}

/** Work that ends when a test says so. */
function pending<T>() {
  const work = { end: (_value: T) => {}, fail: (_error: Error) => {} };
  const promise = new Promise<T>((resolve, reject) => Object.assign(work, { end: resolve, fail: reject }));
  return { ...work, promise };
}

describe("onAbort", () => {
  it("calls back once, and leaves no listener", () => {
    const { signal, abort, listeners } = scene();
    let calls = 0;
    onAbort(signal, () => calls++);
    expect([calls, listeners()]).toEqual([0, 1]);
    abort();
    expect([calls, listeners()]).toEqual([1, 0]);
  });

  it("calls back right away when the signal has aborted", () => {
    let calls = 0;
    onAbort(AbortSignal.abort(), () => calls++)();
    expect(calls).toBe(1);
  });

  it("does not call back once it was taken away, and never without a signal", () => {
    const { signal, abort, listeners } = scene();
    let calls = 0;
    onAbort(signal, () => calls++)();
    onAbort(undefined, () => calls++)();
    expect(listeners()).toBe(0);
    abort();
    expect(calls).toBe(0);
  });
});

describe("waitUnlessAborted", () => {
  it("ends when what was set up calls back, takes that back once, and leaves no listener", async () => {
    const { signal, abort, listeners } = scene();
    let wake = () => {};
    let takenBack = 0;
    const waiting = waitUnlessAborted((done) => {
      wake = done;
      return () => takenBack++;
    }, signal);
    expect([takenBack, listeners()]).toEqual([0, 1]);
    wake();
    await waiting;
    abort();
    expect([takenBack, listeners()]).toEqual([1, 0]);
  });

  it("ends on abort, and takes back what was set up", async () => {
    const { signal, abort, listeners } = scene();
    let takenBack = 0;
    const waiting = waitUnlessAborted(() => () => takenBack++, signal);
    abort();
    await waiting;
    expect([takenBack, listeners()]).toEqual([1, 0]);
  });

  it("sets nothing up when the signal has aborted", async () => {
    let begun = 0;
    await waitUnlessAborted(() => {
      begun++;
      return () => {};
    }, AbortSignal.abort());
    expect(begun).toBe(0);
  });
});

describe("unlessAborted", () => {
  it("returns what the work comes to, and leaves no listener", async () => {
    const { signal, listeners } = scene();
    const { promise, end } = pending<number>();
    const waiting = unlessAborted(promise, signal);
    expect(listeners()).toBe(1);
    end(7);
    expect(await waiting).toBe(7);
    expect(await unlessAborted(Promise.resolve(8), undefined)).toBe(8);
    expect(listeners()).toBe(0);
  });

  it("rejects as the work does, and leaves no listener", async () => {
    const { signal, listeners } = scene();
    const { promise, fail } = pending<number>();
    const waiting = unlessAborted(promise, signal);
    fail(new Error("broke"));
    await expect(waiting).rejects.toThrow("broke");
    expect(listeners()).toBe(0);
  });

  it("returns null on abort, and does not care how the work ends", async () => {
    const { signal, abort, listeners } = scene();
    const { promise, fail } = pending<number>();
    const waiting = unlessAborted(promise, signal);
    abort();
    expect(await waiting).toBeNull();
    fail(new Error("nobody hears this"));
    await expect(promise).rejects.toThrow();
    expect(listeners()).toBe(0);
    expect(await unlessAborted(new Promise(() => {}), AbortSignal.abort())).toBeNull();
  });
});
