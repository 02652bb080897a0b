import type { AdaptiveOptions } from "./adaptive-options.ts";
import { CallAnswers } from "./call-answers.ts";
import { CallLog, type SeenCall } from "./call-log.ts";
import { LimitFinder } from "./limit-finder.ts";
import { Overlap } from "./overlap.ts";
import type { Pace, PaceCall } from "./port.ts";
import { BELIEVE_MS, DOCUMENTED_MS, ProbeRation } from "./probe-ration.ts";

type Mode = "climb" | "hold" | "probe";

const MINUTE_MS = 60_000;
/** A pace that an earlier run learned is forgotten at this age. */
const LEARNED_FOR_MS = 24 * 60 * MINUTE_MS;

/**
 * Milliseconds in which the pace doubles: starting at the documented 20 it has to reach 60 a minute within the second
 * minute; a probe should meet an unchanged limit as gently as possible; while the pace is below a limit that was
 * raised, every minute is lost.
 */
const DOUBLING_MS = { first: 60_000, probe: 120_000, raised: 35_000 } as const;
/** The first step of a probe. */
const PROBE_STEP = 1.15;
/**
 * A pace counts as used when the last calls came nearly that fast. Calls that were not made are not evidence that
 * they would have been allowed.
 */
const USED = 1.3;

/** Share of a limit that is used. The rest covers late timers, after which slots stay where they were. */
const MARGIN = 0.99;
/** Slack added to the 60 s window, in milliseconds. */
const MINUTE_SLACK_MS = 100;

/** Share of the pace that is kept after a refusal that no limit explains. */
const UNEXPLAINED = 0.9;
/** Uncertainty of the moment at which a call was let through, as an answer shows it, in milliseconds. */
const ANSWER_WOBBLE_MS = 100;

/**
 * A pace that searches for a limit which nobody publishes.
 *
 * What it observes. A refusal shows when the server would have been ready (its `retry_after`, in whole seconds). So
 * do several answers in a row that are slower than usual: the server silently holds calls back for up to 8 s
 * (tdlib/td NetQueryDelayer), and since no call begins beside one that is late the lane then goes at the server's
 * rate. A call that passes at once shows that the limit is not lower. Calls that overlap are judged in the order in
 * which they began. From these come the *suspects*: whole limits a minute,
 * counted by an even bucket, by any minute or by the minutes of a clock, under which every call would have been
 * answered as it was (suspects.ts).
 *
 * How it rises and falls. *Climb*: as long as no limit was met, the pace doubles in a given time, but only as far as
 * the lane is used. *Hold*: a limit was met, and the pace stays just below what is suspected: the limit that was
 * believed before, if that explains what was seen (at first the documented one), else the one in the middle. As calls
 * pass or are refused, suspects are cleared and the middle moves to what is left. *Probe*: after a while the pace
 * goes a step up, and on from there, gently. Either the next refusal or slow answer is explained by the limit that
 * was believed, and nothing changes; or calls pass until no suspect is left: the limit was raised, and the pace
 * climbs, faster. A refusal that no suspect explains means that the limit has changed: suspects are collected anew
 * from that call on. One that nothing at all explains (a wait of minutes) takes a tenth off the pace.
 *
 * Why it does not oscillate. The pace is set to a limit that was inferred, instead of being cut by a share at each
 * refusal, and a probe that fails ends where it began. Probes are rationed (probe-ration.ts). A limit that is met
 * silently costs only time, and is probed more often.
 */
export class AdaptivePace implements Pace {
  readonly #documented: number;
  readonly #most: number;
  readonly #log = new CallLog();
  readonly #answers = new CallAnswers();
  readonly #overlap = new Overlap();
  readonly #finder: LimitFinder;
  readonly #ration = new ProbeRation();
  #mode: Mode = "climb";
  #rate: number;
  #limit: number | null = null;
  #doublingMs: number = DOUBLING_MS.first;
  #next = Number.NEGATIVE_INFINITY;
  /** The slot that was the last one given out when its call began, and the next one from then on. */
  #lastStarted: { readonly slotAt: number; readonly next: number } | null = null;
  #probeAt: number | "soon" = Number.POSITIVE_INFINITY;
  #probes = 0;
  #firstAt = Number.POSITIVE_INFINITY;
  #heldSince = Number.NEGATIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor({ start, learned, most }: AdaptiveOptions) {
    const known = learned && learned.ageMs < LEARNED_FOR_MS ? learned.perMinute : null;
    this.#documented = start;
    this.#most = most;
    this.#rate = Math.min(start, most);
    this.#finder = new LimitFinder(this.#log, known ?? start);
    if (known === null) return;
    this.#hold(known);
    this.#probeAt = "soon";
  }

  get perMinute(): number {
    return this.#rate;
  }

  get atOnce(): number {
    return this.#overlap.atOnce(this.#gap());
  }

  get overdueMs(): number {
    return this.#overlap.overdueMs;
  }

  /** The limit that was found, in calls a minute; null before. */
  memory(): number | null {
    return this.#limit;
  }

  next(now: number): number {
    return Math.max(now, this.#next, this.#roomInMinute());
  }

  take(now: number): number {
    if (this.#probeAt === "soon") this.#probeAt = now + BELIEVE_MS.learned;
    if (this.#mode === "hold" && now >= this.#probeAt && this.#mayProbe()) this.#probe();
    const slotAt = this.next(now);
    this.#next = slotAt + this.#gap();
    return slotAt;
  }

  giveBack(slotAt: number): void {
    this.#overlap.forget(slotAt);
    if (this.#isLast(slotAt)) this.#next = slotAt;
  }

  started(slotAt: number, at: number): void {
    this.#overlap.started(slotAt, at);
    const isLast = this.#isLast(slotAt);
    // A call that starts late leaves the slots behind it where they are, but never closer than the limit allows.
    this.#next = Math.max(this.#next, at + this.#gap() * MARGIN);
    if (isLast) this.#lastStarted = { slotAt, next: this.#next };
  }

  ended(call: PaceCall): void {
    if (call.floodMs !== null) this.#next = Math.max(this.#next, call.times.ended + call.floodMs);
    for (const ended of this.#overlap.ended(call)) {
      const { times, floodMs } = ended;
      if (floodMs !== null) this.#refused(times.bodyEnd ?? times.started, times.ended, floodMs);
      else if (ended.sent) this.#passed(ended);
    }
  }

  #gap(): number {
    return MINUTE_MS / this.#rate;
  }

  #isLast(slotAt: number): boolean {
    const started = this.#lastStarted;
    return this.#next === (started?.slotAt === slotAt ? started.next : slotAt + this.#gap());
  }

  /**
   * While it holds, no minute may get more calls than the limit: after a climb the past minute is not evenly filled.
   */
  #roomInMinute(): number {
    const most = this.#finder.mostInMinute;
    if (this.#mode !== "hold" || !Number.isFinite(most)) return Number.NEGATIVE_INFINITY;
    // Calls under way count: they are let through before the next one.
    return this.#log.last(Math.max(1, most - this.#overlap.underWay)) + MINUTE_MS + MINUTE_SLACK_MS;
  }

  #passed(call: PaceCall): void {
    const { started, ended, bodyEnd } = call.times;
    const at = bodyEnd ?? started;
    this.#ration.passed();
    this.#firstAt = Math.min(this.#firstAt, at);
    const { blindMs } = this.#answers;
    const { heldMs, onPurpose } = this.#answers.take(call, ended - at);
    if (heldMs === 0 && !call.isOther) this.#overlap.took(ended - started);
    const passed = at + heldMs;
    const wobble = Math.max(ANSWER_WOBBLE_MS, blindMs / 2);
    const from = onPurpose ? passed - wobble : Number.NEGATIVE_INFINITY;
    const to = onPurpose ? passed + wobble : Math.max(at + blindMs, passed + wobble);
    this.#see({ at, passed, ready: [from, to], met: onPurpose }, ended);
    if (onPurpose) this.#believe(passed, BELIEVE_MS.delayed);
    if (heldMs > 0) this.#next = Math.max(this.#next, passed + this.#gap());
    else if (this.#mode !== "hold") this.#faster();
  }

  #refused(at: number, ended: number, floodMs: number): void {
    this.#ration.refused();
    const released = ended + floodMs;
    this.#next = Math.max(this.#next, released);
    // One that was under way beside another that was refused is refused for the same reason, or for coming too early.
    if (at < this.#refusedAt) return;
    this.#refusedAt = ended;
    this.#see({ at, passed: null, ready: [at + floodMs - 1_000, at + floodMs], met: true }, ended);
    this.#believe(released, BELIEVE_MS.refused);
  }

  #see(seen: SeenCall, ended: number): void {
    // A call that was under way when the pace was set to what was found says nothing about that pace.
    const isHolding = this.#mode === "hold" && seen.at >= this.#heldSince;
    const found = this.#finder.see(seen, this.#rate, isHolding);
    if (found !== null && found !== "raised" && !isHolding) this.#heldSince = ended;
    if (found === "raised") this.#climbOn();
    else if (found === "unexplained") this.#hold(this.#rate * UNEXPLAINED);
    else if (found !== null) this.#hold(found);
  }

  #believe(from: number, usualMs: number): void {
    const unprobed = this.#probes === 0 && this.#limit === this.#documented;
    const until = unprobed ? this.#firstAt + DOCUMENTED_MS : Number.NEGATIVE_INFINITY;
    this.#probeAt = Math.max(from + (this.#finder.isUnsure ? BELIEVE_MS.unsure : usualMs), until);
  }

  /** Climb, hold and probe lead to hold; only a pace that holds probes, and only one that met a limit climbs on. */
  #enter(mode: Mode, from: readonly Mode[]): void {
    if (!from.includes(this.#mode)) throw new Error(`a pace in ${this.#mode} cannot begin to ${mode}`);
    this.#mode = mode;
  }

  #hold(limit: number): void {
    this.#enter("hold", ["climb", "hold", "probe"]);
    this.#limit = Math.max(limit, 1);
    this.#rate = Math.min(this.#limit * MARGIN, this.#most);
  }

  #climbOn(): void {
    this.#enter("climb", ["hold", "probe"]);
    this.#doublingMs = DOUBLING_MS.raised;
    this.#limit = null;
  }

  #mayProbe(): boolean {
    return this.#isUsed() && this.#ration.allows(this.atOnce);
  }

  #probe(): void {
    this.#enter("probe", ["hold"]);
    this.#probes += 1;
    this.#doublingMs = DOUBLING_MS.probe;
    this.#rate = Math.min(this.#most, (this.#limit ?? this.#rate) * PROBE_STEP);
  }

  #isUsed(): boolean {
    return this.#rate <= this.#log.recentRate() * USED;
  }

  #faster(): void {
    if (this.#isUsed()) this.#rate = Math.min(this.#most, this.#rate * 2 ** (this.#gap() / this.#doublingMs));
  }
}
