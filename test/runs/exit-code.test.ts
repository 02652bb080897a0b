import { describe, expect, it } from "vitest";
import type { StopCause } from "../../src/domain/events.ts";
import { failure } from "../../src/domain/failure.ts";
import { exitCodeOf } from "../../src/runs/exit-code.ts";
import { codeOfSignal, isCodeOfSignal } from "../../src/runs/signals.ts";

const kicked = failure("bot_kicked", "");

describe("the exit code", () => {
  it.each<[StopCause | null, number, number]>([
    [null, 0, 0],
    [null, 1, 3],
    [{ type: "duration" }, 1, 5],
    [{ type: "failures", failure: kicked, inARow: false }, 21, 5],
    [{ type: "no_lane", failure: kicked }, 1, 4],
    [{ type: "denied", failure: kicked }, 0, 4],
    [{ type: "source", failure: failure("manifest_syntax", "") }, 0, 2],
    [{ type: "source", failure: failure("r2_unavailable", "") }, 0, 1],
    [{ type: "signal", signal: "SIGINT" }, 9, 130],
    [{ type: "signal", signal: "SIGTERM" }, 0, 143],
    [{ type: "signal", signal: "SIGHUP" }, 0, 129],
    [{ type: "signal", signal: "SIGBREAK" }, 3, 149],
  ])("of %j with %i bad items is %i", (cause, bad, code) => {
    expect(exitCodeOf({ cause, bad, botsOut: [] })).toBe(code);
  });

  const unreachable = failure("connect_failed", "");
  it.each<[string, Parameters<typeof exitCodeOf>[0], number]>([
    ["a bot out", { cause: null, bad: 3, botsOut: [{ failure: kicked }] }, 4],
    ["a bot out and a budget", { cause: { type: "duration" }, bad: 3, botsOut: [{ failure: kicked }] }, 4],
    [
      "a bot out and a signal",
      { cause: { type: "signal", signal: "SIGINT" }, bad: 0, botsOut: [{ failure: kicked }] },
      130,
    ],
    ["a bot that could not be reached", { cause: null, bad: 3, botsOut: [{ failure: unreachable }] }, 1],
    ["one of each", { cause: null, bad: 3, botsOut: [{ failure: unreachable }, { failure: kicked }] }, 4],
    [
      "no lane, since no server was reached",
      { cause: { type: "no_lane", failure: unreachable }, bad: 0, botsOut: [] },
      1,
    ],
  ])("with %s", (_, ending, code) => {
    expect(exitCodeOf(ending)).toBe(code);
  });

  it("of a signal is known as one", () => {
    expect(
      (["SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK"] as const).map(codeOfSignal).every(isCodeOfSignal),
    ).toBe(true);
    expect([0, 1, 2, 3, 4, 5, 99].some(isCodeOfSignal)).toBe(false);
  });
});
