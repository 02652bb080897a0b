import { CallLog } from "./call-log.ts";
import type { Pace, PaceCall } from "./pace.ts";
import { SlowAnswers } from "./slow-answers.ts";

/** What an earlier run learned about a lane. */
export interface LearnedPace {
  /** Calls a minute that the lane was found to allow. */
  readonly perMinute: number;
  /** How old that is, in milliseconds. */
  readonly ageMs: number;
}

export interface AdaptiveOptions {
  /** Calls a minute to begin with: the documented pace. */
  readonly start: number;
  readonly learned?: LearnedPace | undefined;
  /** Never faster than this. */
  readonly most: number;
}

const MINUTE_MS = 60_000;

/** While no limit is known the pace doubles in this time. */
const CLIMB_DOUBLING_MS = 50_000;
/** A probe goes up gently: what it costs where the limit still stands is one call and a short wait. */
const PROBE_DOUBLING_MS = 60_000;
/** A limit that proved to be raised: every minute below it is lost. */
const RAISED_DOUBLING_MS = 22_000;

/** What is used of a limit: the rest is for the wobble of timers and of counting whole calls. */
const MARGIN = 0.985;

/** How long a limit is believed before it is probed: by what told it, as a refusal costs a call and a delay none. */
const BELIEVE_MS = { firstRefusal: 265_000, refusal: 120_000, delay: 40_000, learned: 60_000, unsure: 15_000 } as const;
/** A slow lane is probed less often, so that probes stay below three refusals in a hundred calls. */
const BELIEVE_CALLS = 36;
/** A pace that an earlier run learned is forgotten at this age. */
const LEARNED_FOR_MS = 24 * 60 * MINUTE_MS;

/** The first step of a probe, and by how much a minute must exceed the limit before the limit counts as raised. */
const PROBE_STEP = 1.1;
const RAISED = 1.08;
/** The minute held this much less than the pace of the last calls: the limit may be either. */
const UNSURE = 0.9;
/** Two refusals at paces that differ by no more than this met the same wall. */
const SAME_WALL = 0.15;

/**
 * A pace that feels for a limit nobody tells.
 *
 * What it senses. With one call under way a lane, the server itself sets the beat once we are too fast: it holds calls
 * back in silence (up to 8 s, tdlib/td NetQueryDelayer), so an answer that is slower than usual says "above the limit",
 * and the minute behind it, or the time between two such answers, says how high the limit is. A server that holds
 * nothing back says it with a 429: what was let through in the minute that ends with its `retry_after` is what fits into
 * a minute, whether the server counts a sliding or a fixed one. A bucket does not count minutes: when two refusals come
 * at the same pace, and the minutes behind them held less, then that pace is the limit; and when a refusal follows soon
 * upon another, what passed between the two is.
 *
 * How it moves. *Climb*: while nothing was met the pace doubles every 50 s, but only as far as the lane is really used.
 * *Hold*: a limit was met; the pace stands just below it, and no minute gets more calls than the limit. *Probe*: after a
 * while it goes up gently; either a minute holds clearly more than the limit (it was raised: climb on, quickly), or the
 * next slow answer or 429 says that the limit stands.
 *
 * Why it does not swing. A pace is never cut to a fraction of itself: it is set to what was measured, so being told off
 * does not end far below the limit, and holding does not creep over it. A probe that fails leaves the limit as it was.
 * Probes are rare where they cost a 429 and frequent where they only cost a delay.
 */
export class AdaptivePace implements Pace {
  readonly atOnce = 1;
  readonly #most: number;
  readonly #log = new CallLog();
  readonly #slow = new SlowAnswers();
  #rate: number;
  #limit: number | null = null;
  #mode: "climb" | "hold" | "probe" = "climb";
  #next = Number.NEGATIVE_INFINITY;
  #probeAt = Number.POSITIVE_INFINITY;
  #releasedAt = Number.NEGATIVE_INFINITY;
  /** Pace of the calls before the last refusal that left open what kind of limit it was. */
  #wall: number | null = null;
  #refusals = 0;

  constructor({ start, learned, most }: AdaptiveOptions) {
    this.#most = most;
    this.#rate = Math.min(start, most);
    if (learned && learned.ageMs < LEARNED_FOR_MS) this.#hold(learned.perMinute, Number.NEGATIVE_INFINITY);
  }

  get perMinute(): number {
    return this.#rate;
  }

  /** The limit that was found, in calls a minute; null before. */
  get limit(): number | null {
    return this.#limit;
  }

  next(now: number): number {
    return Math.max(now, this.#next, this.#roomInMinute());
  }

  take(now: number): number {
    if (this.#probeAt === Number.NEGATIVE_INFINITY) this.#probeAt = now + BELIEVE_MS.learned;
    if (this.#mode === "hold" && now >= this.#probeAt) this.#probe();
    const slot = this.next(now);
    this.#next = slot + this.#gap();
    return slot;
  }

  giveBack(slot: number): void {
    if (this.#next === slot + this.#gap()) this.#next = slot;
  }

  started(_slot: number, at: number): void {
    // A late start moves the slots behind it, but for the wobble that the margin pays for.
    this.#next = Math.max(this.#next, at + this.#gap() * 0.97);
  }

  ended({ times, floodMs, sent }: PaceCall): void {
    if (floodMs !== null) this.#refused(times.ended, floodMs);
    else if (sent) this.#passed(times.bodyEnd ?? times.started, times.ended);
  }

  #gap(): number {
    return MINUTE_MS / this.#rate;
  }

  /** While it holds, no minute gets more calls than the limit: after a climb the minute behind is not evenly filled. */
  #roomInMinute(): number {
    if (this.#mode !== "hold" || this.#limit === null) return Number.NEGATIVE_INFINITY;
    return this.#log.last(Math.floor(this.#limit)) + MINUTE_MS + MINUTE_MS / 600;
  }

  #passed(began: number, ended: number): void {
    const heldBack = this.#slow.heldBack(ended - began);
    this.#log.add(began + heldBack);
    if (heldBack > 0) this.#delayed(began + heldBack);
    else if (this.#mode !== "hold") this.#faster(ended);
  }

  #faster(now: number): void {
    if (this.#mode === "probe" && this.#log.inLast(MINUTE_MS, now) > (this.#limit ?? 0) * RAISED + 1) {
      this.#mode = "climb";
      this.#limit = null;
    }
    // What the lane does not use is no evidence that it may have more.
    if (this.#rate > this.#log.recentRate() * 1.3) return;
    const doubling = this.#mode === "probe" ? PROBE_DOUBLING_MS : this.#refusals > 0 ? RAISED_DOUBLING_MS : CLIMB_DOUBLING_MS;
    this.#rate = Math.min(this.#most, this.#rate * 2 ** (this.#gap() / doubling));
  }

  /** Held back in silence: the server sets the beat, and pressing on costs nothing but time. */
  #delayed(now: number): void {
    this.#hold(Math.max(this.#log.ratePerMinute(now), this.#log.lastRate()), now + BELIEVE_MS.delay, 1);
    this.#next = Math.max(this.#next, now + this.#gap());
  }

  #refused(now: number, floodMs: number): void {
    const released = now + floodMs;
    const { limit, unsure } = this.#measure(now, released);
    this.#refusals += 1;
    const believe = unsure ? BELIEVE_MS.unsure : this.#refusals === 1 ? BELIEVE_MS.firstRefusal : BELIEVE_MS.refusal;
    const calls = unsure ? 0 : (BELIEVE_CALLS * MINUTE_MS) / Math.max(limit, 1);
    this.#wall = unsure ? this.#log.recentRate() : null;
    this.#hold(limit, released + Math.max(believe, calls));
    this.#releasedAt = released;
    this.#next = Math.max(this.#next, released);
  }

  #measure(now: number, released: number): { limit: number; unsure: boolean } {
    const inMinute = this.#log.rateSince(released - MINUTE_MS, released);
    const recent = this.#log.recentRate();
    const before = this.#limit;
    if (this.#wall !== null && Math.abs(recent / this.#wall - 1) < SAME_WALL && inMinute < recent * UNSURE)
      return { limit: Math.min(recent, this.#wall), unsure: false };
    if (this.#mode === "probe" && before !== null)
      return { limit: inMinute < before * UNSURE ? inMinute : before, unsure: false };
    if (now - this.#releasedAt < MINUTE_MS)
      return { limit: Math.min(inMinute, this.#log.rateSince(this.#releasedAt, released - 500)), unsure: false };
    return { limit: inMinute, unsure: this.#mode === "climb" && inMinute < recent * UNSURE };
  }

  #hold(limit: number, probeAt: number, margin = MARGIN): void {
    this.#limit = wholeNearby(Math.max(limit, 1));
    this.#rate = Math.min(this.#limit * margin, this.#most);
    this.#mode = "hold";
    this.#probeAt = probeAt;
  }

  #probe(): void {
    this.#mode = "probe";
    this.#rate = Math.min(this.#most, (this.#limit ?? this.#rate) * PROBE_STEP);
  }
}

/** Limits are whole numbers a minute, and counting calls is off by a part of one. */
function wholeNearby(limit: number): number {
  const whole = Math.round(limit);
  return Math.abs(limit - whole) <= 0.35 ? whole : limit;
}
