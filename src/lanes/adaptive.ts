import { CallLog, type Seen } from "./call-log.ts";
import { LimitFinder } from "./limit-finder.ts";
import type { Pace, PaceCall } from "./port.ts";
import { SlowAnswers } from "./slow-answers.ts";

/**
 * What an earlier run learned about a lane.
 * @internal
 */
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

type Mode = "climb" | "hold" | "probe";

const MINUTE_MS = 60_000;
/** A pace that an earlier run learned is forgotten at this age. */
const LEARNED_FOR_MS = 24 * 60 * MINUTE_MS;

/**
 * In what time the pace doubles: from the documented 20 it must meet 60 a minute in the second minute; a probe should
 * run into a limit that stands as gently as possible; below a limit that was raised each minute is lost.
 */
const DOUBLING_MS = { first: 60_000, probe: 120_000, raised: 35_000 } as const;
/** The first step of a probe. */
const PROBE_STEP = 1.15;
/** A pace is used when the last calls came nearly as fast: what a lane does not use is no evidence that it may have it. */
const USED = 1.3;

/** What is used of a limit: the rest covers timers that are late, as slots then stay where they were. */
const MARGIN = 0.99;
/** By so much longer than a minute a minute is taken, in milliseconds. */
const MINUTE_SLACK_MS = 100;

/** How long a limit is believed before it is probed: a refusal costs a call, a delay nothing; unsure should not last. */
const BELIEVE_MS = { refused: 75_000, delayed: 40_000, learned: 60_000, unsure: 20_000 } as const;
/** A documented limit that was met is believed for the first minutes of a lane: one refusal in those is enough. */
const DOCUMENTED_MS = 300_000;
/** Refusals that a lane may risk by probes: two, and one more every so many calls. Three in ten minutes at 12 a minute. */
const FREE_REFUSALS = 2;
const CALLS_A_REFUSAL = 65;

/** What is left of the pace after a refusal that no limit explains. */
const UNEXPLAINED = 0.9;
/** An answer tells when the call was let through only so well, in milliseconds. */
const ANSWER_WOBBLE_MS = 100;

/**
 * A pace that feels for a limit nobody tells.
 *
 * What it senses. A refusal tells when the server would have been ready (its `retry_after`, in whole seconds). So do
 * answers that are slower than usual several times in a row: the server holds calls back in silence for up to 8 s
 * (tdlib/td NetQueryDelayer), and one call under way at a time then goes at its beat. A call that passes at once tells
 * that the limit is not lower. From these come the *suspects*: whole limits a minute, counted by an even bucket, by any
 * minute or by the minutes of a clock, that would have answered every call as the server did (suspects.ts).
 *
 * How it rises and falls. *Climb*: while no limit was met the pace doubles in a given time, but only as far as the lane
 * is used. *Hold*: a limit was met; the pace stands just below what is suspected: the limit that was believed before if
 * that explains what was seen (the documented one at first), else the one in the middle, and as calls pass or are
 * refused the suspects are cleared and the middle moves to what is left. *Probe*: after a while it goes a step up and
 * on, gently. The next refusal or slow answer is explained by the limit that was believed: nothing changes. Or calls
 * pass until no suspect is left: the limit was raised, and it climbs, faster. A refusal that no suspect explains says
 * that the limit has changed: suspicion begins anew from that call. One that nothing at all explains (a wait of
 * minutes) takes a tenth off the pace.
 *
 * Why it does not swing. The pace is set to a limit that was inferred, not cut to a share of itself at each refusal, and
 * a probe that fails ends where it began. Probes are rationed: each may cost a refusal, so a lane has two to spend, and
 * another every 65 calls. A limit met in silence costs only time and is probed more often.
 */
export class AdaptivePace implements Pace {
  /** One: then the server, by holding calls back, sets the beat of a lane that is too fast. */
  readonly atOnce = 1;
  readonly #documented: number;
  readonly #most: number;
  readonly #log = new CallLog();
  readonly #slow = new SlowAnswers();
  readonly #finder: LimitFinder;
  #mode: Mode = "climb";
  #rate: number;
  #limit: number | null = null;
  #doublingMs: number = DOUBLING_MS.first;
  #next = Number.NEGATIVE_INFINITY;
  #probeAt: number | "soon" = Number.POSITIVE_INFINITY;
  #probes = 0;
  #refusals = 0;
  #calls = 0;
  #firstAt = Number.POSITIVE_INFINITY;

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
    if (this.#next === slotAt + this.#gap()) this.#next = slotAt;
  }

  started(_slotAt: number, at: number): void {
    // A call that starts late leaves the slots behind it where they are, but never closer than the limit allows.
    this.#next = Math.max(this.#next, at + this.#gap() * MARGIN);
  }

  ended({ times, floodMs, sent }: PaceCall): void {
    const at = times.bodyEnd ?? times.started;
    if (floodMs !== null) this.#refused(at, times.ended, floodMs);
    else if (sent) this.#passed(at, times.ended);
  }

  #gap(): number {
    return MINUTE_MS / this.#rate;
  }

  /** While it holds, no minute gets more calls than the limit: after a climb the minute behind is not evenly filled. */
  #roomInMinute(): number {
    const most = this.#finder.mostInMinute;
    if (this.#mode !== "hold" || !Number.isFinite(most)) return Number.NEGATIVE_INFINITY;
    return this.#log.last(most) + MINUTE_MS + MINUTE_SLACK_MS;
  }

  #passed(at: number, ended: number): void {
    this.#calls += 1;
    this.#firstAt = Math.min(this.#firstAt, at);
    const { blindMs } = this.#slow;
    const { heldMs, onPurpose } = this.#slow.take(ended - at);
    const passed = at + heldMs;
    const wobble = Math.max(ANSWER_WOBBLE_MS, blindMs / 2);
    const from = onPurpose ? passed - wobble : Number.NEGATIVE_INFINITY;
    const to = onPurpose ? passed + wobble : Math.max(at + blindMs, passed + wobble);
    this.#see({ at, passed, ready: [from, to], met: onPurpose });
    if (onPurpose) this.#believe(passed, BELIEVE_MS.delayed);
    if (heldMs > 0) this.#next = Math.max(this.#next, passed + this.#gap());
    else if (this.#mode !== "hold") this.#faster();
  }

  #refused(at: number, ended: number, floodMs: number): void {
    this.#refusals += 1;
    const released = ended + floodMs;
    this.#see({ at, passed: null, ready: [at + floodMs - 1_000, at + floodMs], met: true });
    this.#next = Math.max(this.#next, released);
    this.#believe(released, BELIEVE_MS.refused);
  }

  #see(seen: Seen): void {
    const found = this.#finder.see(seen, this.#rate, this.#mode === "hold");
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
    return this.#isUsed() && this.#refusals + 1 <= FREE_REFUSALS + this.#calls / CALLS_A_REFUSAL;
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
