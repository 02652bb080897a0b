import type { CallLog, SeenCall } from "./call-log.ts";
import { type Met, Suspects } from "./suspects.ts";

/** Suspects whose highest is at most this much of the lowest count as one limit. */
const SURE = 1.1;

/**
 * What a call revealed: a limit in calls a minute; that the limit was raised; something that no limit explains; or
 * nothing new (null).
 */
export type LimitFinding = number | "raised" | "unexplained" | null;

/**
 * Infers the limit of a lane from its calls: which limits explain them, and which of those to believe.
 *
 * A refusal shows when the server would have been ready (its `retry_after`, in whole seconds). So
 * do several answers in a row that are slower than usual: the server silently holds calls back for up to 8 s
 * (tdlib/td NetQueryDelayer), and since no call begins beside one that is late the lane then goes at the server's
 * rate. A call that passes at once shows that the limit is not lower. Calls that overlap are judged in the order in
 * which they began. From these come the *suspects*: whole limits a minute,
 * counted by an even bucket, by any minute or by the minutes of a clock, under which every call would have been
 * answered as it was (suspects.ts).
 */
export class LimitFinder {
  readonly #log: CallLog;
  #suspects: Suspects | null = null;
  /** The last limit that was certain, until it is disproved; at first the documented or the learned one. */
  #believed: number | null;
  #limit: number | null = null;
  #lastMet: SeenCall | null = null;
  /** The call since which everything seen is about the present limit; null for the first. */
  #origin: SeenCall | null = null;

  constructor(log: CallLog, believed: number) {
    this.#log = log;
    this.#believed = believed;
  }

  /** The most that may be let through in any minute; Infinity when no minute is suspected to be counted. */
  get mostInMinute(): number {
    return this.#suspects?.mostInMinute ?? Number.POSITIVE_INFINITY;
  }

  /** The limit that was found is one of several that lie apart. */
  get isUnsure(): boolean {
    return this.#suspects !== null && this.#limit !== this.#believed;
  }

  /** Takes in a call. `pace` is the rate that is aimed at; `holding` is true when that is the limit found last. */
  see(seen: SeenCall, pace: number, holding: boolean): LimitFinding {
    const met: Met = { call: seen, passed: this.#log.passed, pace: Math.max(this.#log.recentRate(), pace) };
    this.#log.add(seen);
    if (seen.passed === null && holding) this.#refute(pace);
    this.#suspects?.see(seen);
    if (seen.met) return this.#explain(met);
    if (this.#suspects?.any === false) return this.#raised();
    return holding && this.isUnsure && (this.#suspects?.spread ?? 1) > SURE ? this.#settle() : null;
  }

  /** Refused at a pace that should have been allowed: what was believed is wrong, and so is all above it. */
  #refute(pace: number): void {
    this.#suspects?.clearBucketsFrom(pace);
    this.#believed = null;
  }

  #explain(met: Met): LimitFinding {
    this.#lastMet = met.call;
    if (!this.#suspects?.any)
      this.#suspects = Suspects.explaining(met, this.#origin, this.#log.after(this.#origin));
    return this.#suspects.any ? this.#settle() : this.#startAnew(met);
  }

  #startAnew(met: Met): LimitFinding {
    this.#origin = met.call;
    this.#believed = null;
    this.#suspects = Suspects.explaining(met, met.call, []);
    if (this.#suspects.any) return this.#settle();
    this.#suspects = null;
    return "unexplained";
  }

  #raised(): LimitFinding {
    this.#origin = this.#lastMet;
    this.#suspects = null;
    this.#believed = null;
    return "raised";
  }

  #settle(): LimitFinding {
    if (this.#suspects === null) return null;
    const { middle, spread } = this.#suspects;
    const stands = this.#believed !== null && this.#suspects.has(this.#believed);
    if (!stands && spread <= SURE) this.#believed = middle;
    this.#limit = stands ? this.#believed : middle;
    return this.#limit;
  }
}
