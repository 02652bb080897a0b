import { describe, expect, it } from "vitest";
import { FloodGate, passAll } from "../../../src/sandbox/flood-control/gate.ts";
import {
  DEFAULT_FLOOD_LIMITS,
  FLOOD_MODELS,
  type FloodLimits,
  type FloodModel,
} from "../../../src/sandbox/flood-control/limits.ts";
import { profileOf } from "../../../src/sandbox/profiles.ts";

class VirtualClock {
  time = 0;
  now = () => this.time;
}

function limits(more: Partial<FloodLimits>): FloodLimits {
  return { ...DEFAULT_FLOOD_LIMITS, ...more };
}

/** One sender that waits for each answer and obeys each 429; answers the moments at which messages were posted. */
function sendFor(gate: FloodGate, clock: VirtualClock, untilMs: number, everyMs = 0) {
  const posted: number[] = [];
  let refused = 0;
  while (clock.time < untilMs) {
    const began = clock.time;
    const verdict = passAll([gate], began, clock);
    if (verdict.type === "pass") {
      clock.time += verdict.waitMs;
      posted.push(clock.time);
      clock.time = Math.max(clock.time, began + everyMs);
    } else {
      refused += 1;
      clock.time += verdict.retryAfter * 1000;
    }
  }
  return { posted, refused };
}

function mostInAnyMinute(posted: readonly number[]): number {
  return Math.max(...posted.map((from) => posted.filter((at) => at >= from && at < from + 60_000).length));
}

describe("every model", () => {
  it.each(FLOOD_MODELS)(
    "%s lets a sender at exactly the allowed pace through without wait or 429",
    (model) => {
      const clock = new VirtualClock();
      const gate = new FloodGate(limits({ model, rate: 20 }), clock);
      const run = sendFor(gate, clock, 600_000, 3_000);
      expect(run.refused).toBe(0);
      expect(run.posted).toHaveLength(200);
      expect(run.posted.every((at, index) => at === index * 3_000)).toBe(true);
    },
  );

  it.each([
    ["token_bucket", 203],
    ["sliding_minute", 200],
    ["fixed_window", 200],
    ["bucket_minute", 200],
  ] as const)("%s lets at most its rate and burst through, however hard it is pushed", (model, most) => {
    for (const absorbMs of [0, 4_000, 8_000]) {
      const clock = new VirtualClock();
      const gate = new FloodGate(limits({ model, rate: 20, burst: 3, absorbMs }), clock);
      const { posted } = sendFor(gate, clock, 600_000);
      const within = posted.filter((at) => at < 600_000);
      expect(within.length).toBeLessThanOrEqual(most);
      expect(within.length).toBeGreaterThanOrEqual(198);
    }
  });

  it.each(FLOOD_MODELS)("%s tells a retry_after in whole seconds after which the call passes", (model) => {
    const clock = new VirtualClock();
    clock.time = 1_234.5;
    const gate = new FloodGate(limits({ model, rate: 7, burst: 2, absorbMs: 0 }), clock);
    for (let refusals = 0; refusals < 20; ) {
      const verdict = passAll([gate], clock.time, clock);
      if (verdict.type === "pass") continue;
      refusals += 1;
      expect(Number.isInteger(verdict.retryAfter)).toBe(true);
      clock.time += verdict.retryAfter * 1000;
      expect(passAll([gate], clock.time, clock)).toEqual({ type: "pass", waitMs: 0 });
    }
  });

  it.each(FLOOD_MODELS)(
    "%s spends waits up to its silence without a word, and refuses longer ones",
    (model) => {
      const clock = new VirtualClock();
      const gate = new FloodGate(limits({ model, rate: 12, burst: 1, absorbMs: 4_000 }), clock);
      const answers: string[] = [];
      for (let call = 0; call < 30; call += 1) {
        const verdict = passAll([gate], clock.time, clock);
        if (verdict.type === "pass") expect(verdict.waitMs).toBeLessThanOrEqual(4_000);
        answers.push(verdict.type);
      }
      expect(answers.at(0)).toBe("pass");
      expect(answers.at(-1)).toBe("refuse");
    },
  );
});

describe("the models apart", () => {
  it("a token bucket spreads what it lets through, a fixed window lets it through at once", () => {
    const bursts = (model: FloodModel) => {
      const clock = new VirtualClock();
      const gate = new FloodGate(limits({ model, rate: 20, burst: 3, absorbMs: 0 }), clock);
      let passed = 0;
      while (passAll([gate], clock.time, clock).type === "pass") passed += 1;
      return passed;
    };
    expect(FLOOD_MODELS.map(bursts)).toEqual([3, 20, 20, 20]);
  });

  it("a sliding minute never holds more than its limit, a fixed window may hold twice as many across its edge", () => {
    const around = (model: FloodModel) => {
      const clock = new VirtualClock();
      const gate = new FloodGate(limits({ model, rate: 20, absorbMs: 0 }), clock);
      clock.time = 59_000;
      return mostInAnyMinute(sendFor(gate, clock, 300_000).posted);
    };
    expect(around("sliding_minute")).toBe(20);
    expect(around("fixed_window")).toBe(40);
  });
});

describe("a 429", () => {
  function refusedGate() {
    const clock = new VirtualClock();
    const gate = new FloodGate(limits({ rate: 20, burst: 1, absorbMs: 0, penaltyMs: 5_000 }), clock);
    gate.book(0);
    expect(gate.ask(0)).toEqual({ type: "refuse", retryAfter: 3 });
    return { clock, gate };
  }

  it("moves its deadline away when it is ignored", () => {
    const { clock, gate } = refusedGate();
    clock.time = 2_000;
    expect(gate.ask(2_000)).toEqual({ type: "refuse", retryAfter: 6 });
    clock.time = 7_999;
    expect(gate.ask(7_999)).toEqual({ type: "refuse", retryAfter: 6 });
  });

  it("costs nothing to calls that were already on their way", () => {
    const { clock, gate } = refusedGate();
    clock.time = 2_000;
    expect(gate.ask(900)).toEqual({ type: "refuse", retryAfter: 1 });
    clock.time = 3_000;
    expect(gate.ask(3_000)).toEqual({ type: "pass", waitMs: 0 });
  });

  it("never grows past 300 s", () => {
    const { clock, gate } = refusedGate();
    clock.time = 1_500;
    let last = 0;
    for (let call = 0; call < 1_000; call += 1) {
      const verdict = gate.ask(1_500);
      last = verdict.type === "refuse" ? verdict.retryAfter : 0;
    }
    expect(last).toBe(300);
  });

  it("comes for as long as a freeze lasts, the first one without penalty", () => {
    const clock = new VirtualClock();
    const gate = new FloodGate(limits({}), clock);
    gate.freeze(300_000);
    clock.time = 10_000;
    expect(gate.ask(10_000)).toEqual({ type: "refuse", retryAfter: 290 });
    clock.time = 300_000;
    expect(gate.ask(300_000).type).toBe("pass");
  });
});

describe("several gates", () => {
  it("a chat that waits in silence does not use up the bot's rate for the other chats", () => {
    const clock = new VirtualClock();
    const bot = new FloodGate(limits({ rate: 1_800, burst: 30 }), clock);
    const slow = new FloodGate(limits({ rate: 10, burst: 1 }), clock);
    const free = new FloodGate(limits({ rate: 60, burst: 60 }), clock);
    passAll([slow, bot], 0, clock);
    expect(passAll([slow, bot], 0, clock)).toEqual({ type: "pass", waitMs: 6_000 });
    for (let call = 0; call < 28; call += 1) {
      expect(passAll([free, bot], 0, clock)).toEqual({ type: "pass", waitMs: 0 });
    }
  });

  it("a refusal by one books nothing in the other", () => {
    const clock = new VirtualClock();
    const bot = new FloodGate(limits({ rate: 60, burst: 1, absorbMs: 0 }), clock);
    const chat = new FloodGate(limits({ rate: 60, burst: 1, absorbMs: 0 }), clock);
    chat.freeze(30_000);
    expect(passAll([chat, bot], 0, clock)).toEqual({ type: "refuse", retryAfter: 30 });
    expect(bot.ask(0)).toEqual({ type: "pass", waitMs: 0 });
  });
});

describe("new limits under way", () => {
  it.each(FLOOD_MODELS)("%s counts what was sent in the last minute", (model) => {
    const clock = new VirtualClock();
    clock.time = 60_000;
    const gate = new FloodGate(limits({ model, rate: 60, burst: 2, absorbMs: 0 }), clock);
    sendFor(gate, clock, 100_000, 1_000);
    gate.configure(limits({ model, rate: 12, burst: 2, absorbMs: 0 }));
    expect(gate.ask(clock.time).type).toBe("refuse");
    clock.time += 60_000;
    expect(gate.ask(clock.time).type).toBe("pass");
  });

  it("limits that make no sense are refused by name", () => {
    const gate = new FloodGate(limits({}), new VirtualClock());
    expect(() => gate.configure(limits({ rate: 0 }))).toThrow("rate must be above 0, not 0");
    expect(() => gate.configure(limits({ burst: 0.5 }))).toThrow("burst must be at least 1, not 0.5");
  });
});

describe("the documented profile", () => {
  it.each([
    ["groupLimits", 3_000],
    ["privateLimits", 1_000],
    ["botLimits", 1_000 / 30],
  ] as const)("%s take the documented pace with 200 ms of jitter without a 429", (which, everyMs) => {
    const clock = new VirtualClock();
    const gate = new FloodGate(profileOf("documented")[which] ?? limits({ rate: 1 }), clock);
    for (let call = 0; call < 600; call += 1) {
      clock.time = Math.max(clock.time, call * everyMs + (call % 2) * 200);
      expect(gate.ask(clock.time).type).toBe("pass");
      gate.book(clock.time);
    }
  });
});

describe("a call that costs several messages", () => {
  it.each(FLOOD_MODELS)("%s lets no more than its rate and burst through in the long run", (model) => {
    const clock = new VirtualClock();
    const gate = new FloodGate(limits({ model, rate: 20, burst: 20, absorbMs: 0 }), clock);
    let sent = 0;
    for (let index = 0; clock.time < 600_000; index += 1) {
      const cost = [1, 7, 20, 50][index % 4] ?? 1;
      const verdict = passAll([gate], clock.time, clock, [cost]);
      if (verdict.type === "refuse") {
        clock.time += verdict.retryAfter * 1000;
        index -= 1;
      } else sent += cost;
    }
    expect(sent).toBeGreaterThan(150);
    expect(sent).toBeLessThanOrEqual(200 + 20 + 50);
  });

  it("in a bucket that is filled again a minute after its first message, what is owed comes off the minutes after", () => {
    const clock = new VirtualClock();
    const gate = new FloodGate(limits({ model: "bucket_minute", rate: 20, absorbMs: 0 }), clock);
    clock.time = 19_000;
    for (let index = 0; index < 20; index += 1)
      expect(passAll([gate], clock.time, clock)).toEqual({ type: "pass", waitMs: 0 });
    clock.time = 38_000;
    expect(passAll([gate], clock.time, clock)).toEqual({ type: "refuse", retryAfter: 41 });
    clock.time = 79_000;
    expect(passAll([gate], clock.time, clock, [50])).toEqual({ type: "pass", waitMs: 0 });
    expect(passAll([gate], clock.time, clock)).toEqual({ type: "refuse", retryAfter: 120 });
    clock.time = 199_000;
    expect(passAll([gate], clock.time, clock, [10])).toEqual({ type: "pass", waitMs: 0 });
  });
});
