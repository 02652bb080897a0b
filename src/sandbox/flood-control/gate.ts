import type { FloodLimits } from "./limits.ts";
import { type Meter, MINUTE_MS, meterOf } from "./meter.ts";

/** The clock of flood control: monotonic milliseconds. */
export interface FloodClock {
  now(): number;
}

/** What a gate decides about a call. */
export type GateVerdict =
  | { readonly type: "pass"; readonly waitMs: number }
  /** In whole seconds, rounded up; after that the refused call passes. */
  | { readonly type: "refuse"; readonly retryAfter: number };

/** Calls that began this soon after a refusal were sent before the client could know of it. */
const GRACE_MS = 1_000;
/** However often a 429 is ignored, the deadline stays within this. */
const LONGEST_PENALTY_MS = 300_000;
/** Shorter waits come from floating-point rounding and do not count. */
const ROUNDING_MS = 0.001;
/** How many sends are remembered, so that a new limit takes them into account. */
const REMEMBERED = 2_000;

/**
 * The flood control of one bot in one chat, or of one bot over all chats. It has no timers: it returns how long a call must
 * wait, and books its place.
 *
 * - A wait of at most `absorbMs` passes: the server waits silently and answers late.
 * - A longer one is refused, and starts a deadline of that many whole seconds; until then every call is refused with
 *   what is left of it.
 * - A call that begins more than 1 s after such a refusal and before the deadline ignored the 429: the deadline is
 *   postponed by `penaltyMs`, to at most 300 s from now. Calls that had already been sent cost nothing.
 */
export class FloodGate {
  readonly #clock: FloodClock;
  #limits: FloodLimits;
  #meter: Meter;
  #sent: number[] = [];
  #deadline = Number.NEGATIVE_INFINITY;
  #toldAt = Number.POSITIVE_INFINITY;

  constructor(limits: FloodLimits, clock: FloodClock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#meter = meterOf(limits);
  }

  get limits(): FloodLimits {
    return this.#limits;
  }

  /** The most messages that a call can cost and still fit at once. */
  get most(): number {
    return this.#meter.most;
  }

  /** Judges a call that began at `startedAt` and costs so many messages. A refusal is final; a pass has to be booked with {@link book}. */
  ask(startedAt: number, cost = 1): GateVerdict {
    const now = this.#clock.now();
    if (now < this.#deadline) return this.#refuseAgain(now, startedAt);
    const exactMs = this.#meter.next(now, cost) - now;
    const waitMs = exactMs < ROUNDING_MS ? 0 : exactMs;
    if (waitMs <= this.#limits.absorbMs) return { type: "pass", waitMs };
    this.#deadline = now + wholeSeconds(waitMs) * 1000;
    this.#toldAt = now;
    return refusal(this.#deadline - now);
  }

  /** Books a call at `moment`: now plus the wait that `ask` gave. */
  book(moment: number, cost = 1): void {
    this.#meter.book(moment, cost);
    for (let index = 0; index < cost; index += 1) this.#sent.push(moment);
    if (this.#sent.length > 2 * REMEMBERED) this.#sent = this.#sent.slice(-REMEMBERED);
  }

  /** Refuses every call for `ms` from now, as if a limit of that length had been met. */
  freeze(ms: number): void {
    this.#deadline = Math.max(this.#deadline, this.#clock.now() + ms);
    this.#toldAt = Number.POSITIVE_INFINITY;
  }

  /** Sets other limits. What was sent in the last minute counts against them; a deadline stays. */
  configure(limits: FloodLimits): void {
    const from = this.#clock.now() - MINUTE_MS;
    this.#limits = limits;
    this.#meter = meterOf(limits);
    const most = Math.ceil(this.#meter.most);
    for (const moment of this.#sent.filter((sent) => sent > from).slice(-most)) this.#meter.book(moment, 1);
  }

  #refuseAgain(now: number, startedAt: number): GateVerdict {
    if (startedAt > this.#toldAt + GRACE_MS) {
      const pushed = Math.min(this.#deadline + this.#limits.penaltyMs, now + LONGEST_PENALTY_MS);
      this.#deadline = Math.max(this.#deadline, pushed);
    }
    this.#toldAt = Math.min(this.#toldAt, now);
    return refusal(this.#deadline - now);
  }
}

/** Rounds up to whole seconds, at least 1; 15.000000001 stays 15. */
function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil((ms - ROUNDING_MS) / 1000));
}

function refusal(leftMs: number): GateVerdict {
  return { type: "refuse", retryAfter: wholeSeconds(leftMs) };
}

/**
 * Asks several gates about one call (chat and bot). When all let it pass, each books it at its own moment (a slow chat does
 * not hold up a place in the bot's bucket), and the longest wait is returned. If any refuses, nothing is booked, and the
 * longest refusal is returned. `costs` says what it costs at each of them; one message by default.
 */
export function passAll(
  gates: readonly FloodGate[],
  startedAt: number,
  clock: FloodClock,
  costs: readonly number[] = [],
): GateVerdict {
  const verdicts = gates.map((gate, index) => gate.ask(startedAt, costs[index]));
  const waits = verdicts.map((verdict) => (verdict.type === "pass" ? verdict.waitMs : 0));
  const retryAfter = Math.max(0, ...verdicts.map((it) => (it.type === "refuse" ? it.retryAfter : 0)));
  if (retryAfter > 0) return { type: "refuse", retryAfter };
  const now = clock.now();
  gates.forEach((gate, index) => {
    gate.book(now + (waits[index] ?? 0), costs[index]);
  });
  return { type: "pass", waitMs: Math.max(0, ...waits) };
}
