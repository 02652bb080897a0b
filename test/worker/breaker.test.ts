import { describe, expect, it } from "vitest";
import { type Failure, failure } from "../../src/domain/failure.ts";
import { failed, ok } from "../../src/domain/result.ts";
import { errorFields, itemResult } from "../../src/pipeline/results.ts";
import { Breaker } from "../../src/worker/breaker.ts";
import { Outages } from "../../src/worker/outages.ts";
import { AWAY, LOST, WorkerParts } from "./worker-parts.ts";

async function scene() {
  const parts = await WorkerParts.open();
  const { clock, events } = parts;
  const outages = new Outages(clock, events);
  const asked: number[] = [];
  const state = { away: true, back: 0 };
  const ask = async () => {
    asked.push(clock.now());
    return state.away ? failed(AWAY) : ok(undefined);
  };
  const onBack = () => {
    state.back += 1;
  };
  const breaker = new Breaker({
    ...{ clock, events, outages, onBack, away: [] },
    ask: { r2: ask, telegram: ask },
    draining: parts.draining,
  });
  const call = (why: Failure | null) =>
    events.emit("call", { bot: "default", chat: "-1", ms: 9, failure: why });
  const retry = (why: Failure) =>
    events.emit("retry", { key: "a", bot: "default", kind: "photo", chat: null, failure: why, notBefore: 0 });
  const times = (n: number, act: () => void) => {
    for (let i = 0; i < n; i++) act();
  };
  /** Away, asked once, there again. */
  const halfOpen = async () => {
    state.away = false;
    await clock.advance(60_000);
  };
  return { parts, clock, breaker, outages, asked, state, call, retry, times, halfOpen };
}

describe("the breaker opens", () => {
  it.each([
    ["posts that are in doubt", LOST, "telegram"],
    ["connections that fail", failure("connect_failed", "refused"), "telegram"],
  ] as const)("after five %s in a row, however they are told besides", async (_, why, part) => {
    const { breaker, outages, call, retry, times } = await scene();
    times(4, () => {
      call(why);
      retry(why);
    });
    expect(breaker.holds(0)).toBe(false);
    call(why);
    expect(breaker.holds(0)).toBe(true);
    expect(outages.all).toMatchObject([{ part, failure: why }]);
  });

  it("after five reads of the bucket in a row that failed, also those that ended an item", async () => {
    const { parts, breaker, retry, times } = await scene();
    times(4, () => retry(AWAY));
    parts.events.emit("item", itemResult({ key: "a", bot: "b", status: "failed", ...errorFields(AWAY) }));
    expect(breaker.isOpen).toBe(true);
  });

  it("not for what others than Telegram are to blame for, nor when a success lies between", async () => {
    const { breaker, call, times } = await scene();
    const refusal = failure("photo_dimensions", "400");
    times(9, () => call(refusal));
    times(9, () => {
      times(4, () => call(LOST));
      call(refusal);
    });
    expect(breaker.isOpen).toBe(false);
  });

  it("counts on when a call breaks off while its object is read, which says nothing of Telegram", async () => {
    const { breaker, call, times } = await scene();
    times(4, () => call(LOST));
    call(failure("r2_interrupted", "broke off"));
    call(LOST);
    expect(breaker.isOpen).toBe(true);
  });

  it("not for what was only found in the ledger", async () => {
    const { parts, breaker, times } = await scene();
    const left = itemResult({ key: "a", bot: "b", status: "failed", left: true, ...errorFields(AWAY) });
    times(9, () => parts.events.emit("item", left));
    expect(breaker.isOpen).toBe(false);
  });

  it("at once for a source that cannot be listed, and for a bucket that turns us away", async () => {
    const { breaker, outages } = await scene();
    expect(breaker.takes({ type: "source", failure: AWAY })).toBe(true);
    expect(breaker.takes({ type: "denied", failure: failure("r2_denied", "403") })).toBe(true);
    expect(outages.all).toMatchObject([{ part: "r2", failure: { reason: "r2_denied" } }]);
    expect(breaker.takes({ type: "source", failure: failure("manifest_syntax", "no JSON") })).toBe(false);
    expect(breaker.takes({ type: "signal", signal: "SIGTERM" })).toBe(false);
  });
});

describe("an open breaker", () => {
  it("asks after 5, 10, 20, 40, 60, 60 seconds until there is an answer", async () => {
    const { clock, breaker, asked, state } = await scene();
    const begun = clock.now();
    breaker.open("r2", AWAY);
    await clock.advance(200_000);
    expect(asked.map((at) => (at - begun) / 1_000)).toEqual([5, 15, 35, 75, 135, 195]);
    state.away = false;
    await clock.advance(60_000);
    expect(breaker.isOpen).toBe(false);
    expect(state.back).toBe(1);
  });

  it("asks once at a time, however often it is opened, and stops asking when the worker drains", async () => {
    const { parts, clock, breaker, asked } = await scene();
    for (let i = 0; i < 5; i++) breaker.open("r2", AWAY);
    await clock.advance(6_000);
    expect(asked).toHaveLength(1);
    parts.stop.abort();
    await clock.advance(600_000);
    expect(asked).toHaveLength(1);
  });

  it("stays open until both parts are back", async () => {
    const { clock, breaker, state } = await scene();
    breaker.open("r2", AWAY);
    await clock.advance(4_000);
    breaker.open("telegram", LOST);
    state.away = false;
    await clock.advance(2_000);
    expect(breaker.isOpen).toBe(true);
    await clock.advance(3_000);
    expect(breaker.isOpen).toBe(false);
  });
});

describe("half open", () => {
  it("lets one call through at a time, until one succeeds", async () => {
    const { breaker, call, halfOpen } = await scene();
    breaker.open("telegram", LOST);
    await halfOpen();
    expect([breaker.holds(0), breaker.holds(1)]).toEqual([false, true]);
    call(failure("flood_wait", "429"));
    expect(breaker.holds(5)).toBe(false);
  });

  it("opens again at the first failure, of a read too", async () => {
    const { breaker, call, retry, halfOpen } = await scene();
    breaker.open("r2", AWAY);
    await halfOpen();
    call(failure("r2_interrupted", "broke off"));
    expect(breaker.holds(1)).toBe(true);
    retry(failure("r2_interrupted", "broke off"));
    expect(breaker.isOpen).toBe(true);
  });

  it("pauses for longer each time that posts fail although questions are answered", async () => {
    const { clock, breaker, asked, state, call } = await scene();
    const begun = clock.now();
    state.away = false;
    breaker.open("telegram", LOST);
    for (let i = 0; i < 600; i++) {
      await clock.advance(1_000);
      if (!breaker.isOpen) call(LOST);
    }
    expect(asked.map((at) => (at - begun) / 1_000).slice(0, 6)).toEqual([5, 15, 35, 75, 135, 195]);
    await clock.advance(60_000);
    call(null);
    breaker.open("telegram", LOST);
    const again = clock.now();
    await clock.advance(6_000);
    expect((asked.at(-1) ?? 0) - again).toBe(5_000);
  });
});
