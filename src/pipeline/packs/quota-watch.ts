import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import type { Proof } from "../../domain/proof.ts";
import type { CalledLane } from "../../lanes/port.ts";
import type { LaneRecord, PackSeen } from "./lane-record.ts";
import {
  contradictsMessages,
  isHeldBack,
  type QuotaCall,
  type QuotaVerdict,
  quotaVerdict,
  unclearMs,
} from "./quota.ts";
import type { PackUse } from "./use.ts";

export interface QuotaWatchOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  /** How a lane may use packs now. */
  readonly useOf: (lane: CalledLane) => PackUse;
  /** Keeps what was found out about the quota of a lane. */
  readonly prove: (lane: CalledLane, result: string, evidence: Proof["evidence"]) => void;
}

/** Calls of a lane that are remembered: more than a minute of it has. */
const REMEMBERED = 256;
/** How often in one run messages may be found to count and a flood say otherwise, before that is not tried again. */
const RELAPSES = 2;
/**
 * So many times in a row late answers at one slot a message, each time with packs at the pace of single sends in time after it, are no slow
 * machine: the quota holds them back.
 */
const LATE_ONLY = 3;
/** One answer that is held back is chance. */
const SLOW_TWICE = 2;

/** Finds out, by the calls of a run, what the quotas of its lanes count. */
export class QuotaWatch {
  readonly #options: QuotaWatchOptions;
  readonly #lanes = new Map<string, LaneRecord>();

  constructor(options: QuotaWatchOptions) {
    this.#options = options;
  }

  /** Whether late answers keep it from being found out now. */
  isUnclear({ bot, chat }: CalledLane): boolean {
    const watch = this.#lanes.get(laneKey(bot.slug, chat));
    return watch !== undefined && watch.unclearUntil > this.#options.clock.now();
  }

  /** A pack was posted, or refused for a flood. */
  pack(lane: CalledLane, { at, media, isFlood, ms }: PackSeen): void {
    const watch = this.#watch(lane);
    const use = this.#options.useOf(lane);
    // At the pace of singles no quota holds them back: how long those take is how fast this machine and its server are.
    const isLate = !use.isProved && isHeldBack({ media, ms }, watch.waits);
    const isSlow = isLate && use.slots === "one";
    if (use.slots === "each" && watch.unclear > 0) this.#compare(watch, isLate);
    if (!isSlow) watch.waits = [...watch.waits, { media, ms }].slice(-REMEMBERED);
    this.called(lane, { at, media, went: isFlood ? "flood" : isSlow ? "slow" : "through" });
  }

  /** Where packs that no quota holds back are late as well, it is the machine, or its server. */
  #compare(watch: LaneRecord, isLate: boolean): void {
    if (isLate) watch.lateOnly = 0;
    else watch.inTime += 1;
  }

  #watch(lane: CalledLane): LaneRecord {
    const name = laneKey(lane.bot.slug, lane.chat);
    const none = { calls: [], waits: [], slow: 0, unclear: 0, lateOnly: 0, inTime: 0, relapses: 0 };
    const watch = this.#lanes.get(name) ?? { ...none, unclearUntil: Number.NEGATIVE_INFINITY };
    this.#lanes.set(name, watch);
    return watch;
  }

  /** A call on a lane has ended; `media` is how many it was to post. */
  called(lane: CalledLane, call: QuotaCall): void {
    const watch = this.#watch(lane);
    watch.calls.push(call);
    if (watch.calls.length > REMEMBERED) watch.calls.shift();
    const use = this.#options.useOf(lane);
    if (use.most === 0) return;
    const bears = lane.pace.perMinute;
    if (!use.isProved) this.#findOut(lane, watch, quotaVerdict(watch.calls, bears));
    else if (contradictsMessages(watch.calls, bears)) this.#takeBack(lane, watch);
  }

  #findOut(lane: CalledLane, watch: LaneRecord, verdict: QuotaVerdict): void {
    if (verdict === "unclear") this.#leaveUnclear(lane, watch);
    if (verdict === "open" || verdict === "unclear") return;
    const counted = verdict === "messages" && watch.relapses >= RELAPSES ? "media" : verdict;
    const media = watch.calls.reduce((sum, each) => sum + each.media, 0);
    const late = watch.lateOnly >= LATE_ONLY ? { late: watch.lateOnly } : {};
    const seen = { messages: watch.calls.length, media, bears: lane.pace.perMinute, ...late };
    this.#options.prove(lane, counted, seen);
    const text =
      counted === "messages"
        ? `chat ${lane.chat} counts messages and not their media: packs hold as many as they may`
        : `chat ${lane.chat} counts media: packs bring nothing there, and all goes singly`;
    this.#options.events.emit("notice", { level: "info", text });
  }

  /** Nothing is proved: packs go no faster than their media would singly until it is tried again. */
  #leaveUnclear(lane: CalledLane, watch: LaneRecord): void {
    watch.calls = [];
    watch.slow += 1;
    if (watch.slow < SLOW_TWICE) return;
    watch.slow = 0;
    watch.unclear += 1;
    watch.lateOnly = watch.inTime > 0 || watch.unclear === 1 ? watch.lateOnly + 1 : 1;
    watch.inTime = 0;
    if (watch.lateOnly >= LATE_ONLY) {
      this.#findOut(lane, watch, "media");
      return;
    }
    const ms = unclearMs(watch.unclear);
    watch.unclearUntil = this.#options.clock.now() + ms;
    const text = `answers to packs in chat ${lane.chat} came late, which a slow machine does as well as a quota of media: what counts there is tried again in ${ms / 60_000} min`;
    this.#options.events.emit("notice", { level: "info", text });
  }

  #takeBack(lane: CalledLane, watch: LaneRecord): void {
    watch.relapses += 1;
    watch.calls = [];
    this.#options.prove(lane, watch.relapses >= RELAPSES ? "media" : "taken_back", {
      relapses: watch.relapses,
    });
    const text = `chat ${lane.chat} asked to wait after few messages with many media: it is not believed any more that it counts messages`;
    this.#options.events.emit("notice", { level: "warn", text });
  }
}

/** A lane by its two names. */
export function laneKey(bot: string, chat: string): string {
  return `${bot}|${chat}`;
}
