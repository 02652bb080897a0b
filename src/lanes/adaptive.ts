import {
  ANSWER_WOBBLE_MS,
  DOUBLING_MS,
  MARGIN,
  MINUTE_SLACK_MS,
  PROBE_STEP,
  UNEXPLAINED,
  USED,
} from "./adaptive-figures.ts";
import type { AdaptiveOptions } from "./adaptive-options.ts";
import { CallAnswers } from "./call-answers.ts";
import { CallLog, type SeenCall } from "./call-log.ts";
import { type FoundPace, foundText } from "./found-pace.ts";
import { LimitFinder } from "./limit-finder.ts";
import { Overlap } from "./overlap.ts";
import type { Pace, PaceCall } from "./port.ts";
import { BELIEVE_MS, DOCUMENTED_MS, ProbeRation } from "./probe-ration.ts";

type Mode = "climb" | "hold" | "probe";

const MINUTE_MS = 60_000;
/** A pace that an earlier run learned is forgotten at this age. */
const LEARNED_FOR_MS = 24 * 60 * MINUTE_MS;

/**
 * A pace that searches for a limit which nobody publishes.
 *
 * What it observes, and how limits follow from that: {@link LimitFinder}.
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
  readonly #ration: ProbeRation;
  #mode: Mode = "climb";
  #rate: number;
  #limit: number | null = null;
  #doublingMs: number = DOUBLING_MS.first;
  #next = Number.NEGATIVE_INFINITY;
  /** The slot that was the last one given out when its call began, and the next one from then on. */
  #lastStarted: { readonly slotAt: number; readonly next: number } | null = null;
  #probeAt: number | "soon" = Number.POSITIVE_INFINITY;
  #probes = 0;
  #sureUntil = Number.NEGATIVE_INFINITY;
  #firstAt = Number.POSITIVE_INFINITY;
  #heldSince = Number.NEGATIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor({ start, learned, most, found }: AdaptiveOptions) {
    const known = found
      ? found.pace.limit
      : learned && learned.ageMs < LEARNED_FOR_MS
        ? learned.perMinute
        : null;
    this.#documented = start;
    this.#most = most;
    this.#rate = Math.min(start, most);
    this.#finder = new LimitFinder(this.#log, known ?? start);
    this.#ration = new ProbeRation(found?.pace);
    if (found) this.#goOn(found);
    if (known === null || found) return;
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

  found(now: number): string {
    const [limit, probeAt, probes, firstAt] = [this.#limit, this.#probeAt, this.#probes, this.#firstAt];
    return foundText({ perMinute: this.#rate, limit, probeAt, probes, firstAt, ...this.#ration.record }, now);
  }

  /** Begins where another one ended: at the limit that it had found, or as fast as it had come without meeting one. */
  #goOn({ pace, now }: { readonly pace: FoundPace; readonly now: number }): void {
    const { perMinute, limit, probeInMs, probes, firstAgoMs } = pace;
    this.#probes = probes;
    this.#firstAt = firstAgoMs === null ? Number.POSITIVE_INFINITY : now - firstAgoMs;
    if (limit === null) this.#rate = Math.min(Math.max(perMinute, this.#documented), this.#most);
    else this.#hold(limit);
    this.#probeAt = probeInMs === null ? Number.POSITIVE_INFINITY : now + probeInMs;
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
    const isDocumented = this.#limit === this.#documented;
    if (this.#probes === 0) this.#sureUntil = this.#firstAt + DOCUMENTED_MS.first;
    else if (usualMs === BELIEVE_MS.refused) this.#sureUntil = from + DOCUMENTED_MS.again;
    const until = isDocumented ? this.#sureUntil : Number.NEGATIVE_INFINITY;
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
