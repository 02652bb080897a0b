import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Emitter, type StopSignal } from "../../src/domain/events.ts";
import { Stop } from "../../src/pipeline/stop.ts";
import { onFirstSignal, stopOnSignals } from "../../src/runs/signals.ts";
import { VirtualClock } from "../helpers/clock.ts";

function watched(platform: NodeJS.Platform = "linux") {
  const clock = new VirtualClock();
  const stop = new Stop(new Emitter());
  onTestFinished(stopOnSignals(stop, platform, clock));
  const state = () => ({ draining: stop.draining.aborted, aborting: stop.aborting.aborted });
  return { clock, stop, state };
}

const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK"] as const;
const others = new Map<StopSignal, NodeJS.SignalsListener[]>();

// Whoever else listens in this process is not meant: a database that an earlier test started ends the process with itself.
beforeEach(() => {
  for (const signal of SIGNALS) {
    others.set(signal, process.listeners(signal) as NodeJS.SignalsListener[]);
    process.removeAllListeners(signal);
  }
});
afterEach(() => {
  for (const [signal, listeners] of others) for (const each of listeners) process.on(signal, each);
});

/** What the system would do, for those who listen in this process. */
function comes(...signals: StopSignal[]): void {
  for (const signal of signals) process.emit(signal, signal);
}

describe("a signal", () => {
  it.each(SIGNALS)("%s drains", (signal) => {
    const { stop, state } = watched();
    comes(signal);
    expect(stop.cause).toEqual({ type: "signal", signal });
    expect(state()).toEqual({ draining: true, aborting: false });
  });

  it("aborts when it is the second one, but not when that is a terminal that goes away", () => {
    const { state } = watched();
    comes("SIGTERM", "SIGHUP", "SIGHUP");
    expect(state()).toEqual({ draining: true, aborting: false });
    comes("SIGINT");
    expect(state()).toEqual({ draining: true, aborting: true });
  });

  it("leaves four seconds to drain where Windows closes the window, and no limit elsewhere", async () => {
    const [windows, linux] = [watched("win32"), watched()];
    comes("SIGHUP", "SIGHUP");
    for (const { clock } of [windows, linux]) await clock.advance(3_999);
    expect(windows.state().aborting).toBe(false);
    for (const { clock } of [windows, linux]) await clock.advance(1);
    expect(windows.state().aborting).toBe(true);
    expect(linux.state().aborting).toBe(false);
  });
});

it("is told once to who waits for the first, and a terminal that goes away does not end the process meanwhile", () => {
  const heard: StopSignal[] = [];
  const before = process.listenerCount("SIGHUP");
  const off = onFirstSignal((signal) => heard.push(signal));
  comes("SIGHUP", "SIGHUP");
  expect(heard).toEqual(["SIGHUP"]);
  expect(process.listenerCount("SIGHUP")).toBe(before + 1);
  expect(process.listenerCount("SIGINT")).toBe(process.listenerCount("SIGTERM"));
  off();
  expect(process.listenerCount("SIGHUP")).toBe(before);
});
