import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import { MEDIA_KINDS, type MediaKind } from "../../domain/media.ts";
import type { PackRule } from "../../domain/pack-rule.ts";
import type { Proof, ProofWhat } from "../../domain/proof.ts";
import type { CalledLane } from "../../lanes/port.ts";
import { mostPackBytes, type PackBounds } from "./fit.ts";
import type { LaneRecord, PackSeen } from "./lane-record.ts";
import { contradictsMessages, isHeldBack, type QuotaCall, quotaVerdict } from "./quota.ts";
import { trustOf } from "./trust.ts";
import { type PackUse, packUse } from "./use.ts";

export interface PacksOptions {
  readonly rule: PackRule;
  /** What the ledger holds. */
  readonly proofs: readonly Proof[];
  /** The type of a chat, by its id. */
  readonly typeOf: (chat: string) => string;
  readonly local: boolean;
  readonly clock: Clock;
  readonly events: Emitter;
  /** Remembers a proof for later runs. */
  readonly keep: (proof: Proof) => void;
}

/** Calls of a lane that are remembered: more than a minute of it has. */
const REMEMBERED = 256;
/** Packs in a row that came to nothing, without any that did, before a bot goes without. */
const STRIKES = 3;
/** How often in one run messages may be found to count and a flood say otherwise, before that is not tried again. */
const RELAPSES = 2;
/** One answer that is held back is chance. */
const SLOW_TWICE = 2;
/** A body that is refused makes the next ones so much smaller; uploads below the least go singly. */
const [SHRINK, LEAST_BYTES] = [0.5, 1_000_000];

/** What is known of packs in this run, by what was proved before and what its own calls show. */
export class Packs {
  readonly #options: PacksOptions;
  readonly #proofs: Proof[];
  readonly #lanes = new Map<string, LaneRecord>();
  /** Kinds of a bot whose canary is on its way. */
  readonly #tried = new Map<string, Set<MediaKind>>();
  readonly #strikes = new Map<string, number>();
  /** Bots that go without packs for the rest of this run. */
  readonly #without = new Set<string>();
  #mostBytes: number;
  readonly #uses = new Map<string, PackUse>();

  constructor(options: PacksOptions) {
    this.#options = options;
    this.#proofs = [...options.proofs];
    this.#mostBytes = mostPackBytes(options.local);
  }

  /** False where no pack will ever go, so that nobody need look for one. */
  get mayGo(): boolean {
    return this.#options.rule.type !== "off";
  }

  /** How this lane may use packs now. */
  useOf({ bot, chat }: CalledLane): PackUse {
    const name = nameOf(bot.slug, chat);
    const known = this.#uses.get(name);
    if (known) return known;
    const use = this.#judge(bot.slug, chat);
    this.#uses.set(name, use);
    return use;
  }

  /** What bounds a pack of this lane. */
  boundsOf(lane: CalledLane): PackBounds {
    return { use: this.useOf(lane), mostBytes: this.#mostBytes };
  }

  #judge(bot: string, chat: string): PackUse {
    const { rule, typeOf, clock } = this.#options;
    const trust = trustOf(this.#proofs, { bot, chat, type: typeOf(chat) }, clock.wall());
    const use = packUse(this.#without.has(bot) ? { type: "off" } : rule, trust);
    const tried = this.#tried.get(bot) ?? new Set();
    const kinds = Object.fromEntries(
      MEDIA_KINDS.map((kind) => [
        kind,
        tried.has(kind) && use.kinds[kind] === "one" ? "none" : use.kinds[kind],
      ]),
    ) as PackUse["kinds"];
    return { ...use, kinds };
  }

  /** The most media that a call of this bot carries now, as far as was asked. */
  sizeOf(bot: string): number {
    const sizes = [...this.#uses].filter(([name]) => name.startsWith(`${bot}|`)).map(([, { most }]) => most);
    return Math.max(1, ...sizes);
  }

  /** A pack was posted, or refused for a flood. */
  pack(lane: CalledLane, { at, media, isFlood, ms }: PackSeen): void {
    const watch = this.#watch(lane);
    const isSlow = !this.useOf(lane).isProved && isHeldBack({ media, ms }, watch.waits);
    watch.waits = [...watch.waits, { media, ms }].slice(-REMEMBERED);
    this.called(lane, { at, media, went: isFlood ? "flood" : isSlow ? "slow" : "through" });
  }

  #watch(lane: CalledLane): LaneRecord {
    const name = nameOf(lane.bot.slug, lane.chat);
    const watch = this.#lanes.get(name) ?? { calls: [], waits: [], slow: 0, relapses: 0 };
    this.#lanes.set(name, watch);
    return watch;
  }

  /** A call on a lane has ended; `media` is how many it was to post. */
  called(lane: CalledLane, call: QuotaCall): void {
    if (!this.mayGo) return;
    const watch = this.#watch(lane);
    watch.calls = [...watch.calls, call].slice(-REMEMBERED);
    const use = this.useOf(lane);
    if (use.most === 0) return;
    const bears = lane.pace.perMinute;
    if (!use.isProved) this.#findOut(lane, watch, quotaVerdict(watch.calls, bears));
    else if (contradictsMessages(watch.calls, bears)) this.#takeBack(lane, watch);
  }

  #findOut(lane: CalledLane, watch: LaneRecord, verdict: "messages" | "media" | "open"): void {
    if (verdict === "open") return;
    if (watch.calls.at(-1)?.went === "slow" && ++watch.slow < SLOW_TWICE) {
      watch.calls = [];
      return;
    }
    const counted = verdict === "messages" && watch.relapses >= RELAPSES ? "media" : verdict;
    const media = watch.calls.reduce((sum, each) => sum + each.media, 0);
    this.#prove(lane, "quota", counted, { messages: watch.calls.length, media, bears: lane.pace.perMinute });
    const text =
      counted === "messages"
        ? `chat ${lane.chat} counts messages and not their media: packs hold as many as they may`
        : `chat ${lane.chat} counts media: packs bring nothing there, and all goes singly`;
    this.#options.events.emit("notice", { level: "info", text });
  }

  #takeBack(lane: CalledLane, watch: LaneRecord): void {
    watch.relapses += 1;
    watch.calls = [];
    this.#prove(lane, "quota", watch.relapses >= RELAPSES ? "media" : "taken_back", {
      relapses: watch.relapses,
    });
    const text = `chat ${lane.chat} asked to wait after few messages with many media: it is not believed any more that it counts messages`;
    this.#options.events.emit("notice", { level: "warn", text });
  }

  /** The id of a canary is on its way to be tried; its kind goes singly until that is known. */
  trying(bot: string, kind: MediaKind): void {
    const tried = this.#tried.get(bot) ?? new Set();
    this.#tried.set(bot, tried.add(kind));
    this.#uses.clear();
  }

  /** A canary has ended; `open` where it said nothing. */
  tried(bot: string, kind: MediaKind, verdict: "ordinary" | "rich_only" | "open", fileId: string): void {
    this.#tried.get(bot)?.delete(kind);
    this.#uses.clear();
    if (verdict === "open") return;
    this.#remember({
      bot,
      scope: "*",
      what: `ids:${kind}`,
      result: verdict,
      evidence: { id: fileId.length },
    });
    const text =
      verdict === "ordinary"
        ? `ids of ${kind}s that come in a pack serve bot ${bot} as any other`
        : `ids of ${kind}s that come in a pack are refused elsewhere: bot ${bot} sends them singly`;
    this.#options.events.emit("notice", { level: "info", text });
  }

  /** A pack was posted. */
  posted(bot: string): void {
    this.#strikes.set(bot, Number.NEGATIVE_INFINITY);
  }

  /** A pack was refused for some medium. Several in a row, before any was posted, say that it is not the media. */
  refused(bot: string): void {
    const strikes = (this.#strikes.get(bot) ?? 0) + 1;
    this.#strikes.set(bot, strikes);
    if (strikes >= STRIKES) this.#goWithout(bot, `${strikes} packs were refused and none was taken`);
  }

  /** The server has no such method. */
  unsupported(bot: string): void {
    this.#remember({ bot, scope: "*", what: "packs", result: "unsupported", evidence: {} });
    this.#goWithout(bot, "the server has no message of several media");
  }

  /** Something refused a body with uploads of so many bytes. */
  tooLarge(bot: string, uploadBytes: number): void {
    const most = Math.min(this.#mostBytes, uploadBytes) * SHRINK;
    if (uploadBytes === 0) this.#goWithout(bot, "even small packs are refused as too large");
    this.#mostBytes = most < LEAST_BYTES ? 0 : most;
    this.#uses.clear();
    const now =
      this.#mostBytes === 0 ? "uploads go singly" : `packs carry ${Math.round(most / 1e6)} MB at most`;
    const text = `a pack of ${(uploadBytes / 1e6).toFixed(1)} MB was refused as too large: ${now} from here on`;
    this.#options.events.emit("notice", { level: "info", text });
  }

  #goWithout(bot: string, why: string): void {
    if (this.#without.has(bot)) return;
    this.#without.add(bot);
    this.#uses.clear();
    const text = `bot ${bot} goes on without packs: ${why}`;
    this.#options.events.emit("notice", { level: "info", text });
  }

  #prove(lane: CalledLane, what: ProofWhat, result: string, evidence: Proof["evidence"]): void {
    this.#remember({ bot: lane.bot.slug, scope: lane.chat, what, result, evidence });
  }

  #remember(found: {
    bot: string;
    scope: string;
    what: ProofWhat;
    result: string;
    evidence: Proof["evidence"];
  }): void {
    const proof: Proof = { ...found, at: this.#options.clock.wall() };
    this.#proofs.push(proof);
    this.#uses.clear();
    this.#options.keep(proof);
  }
}

function nameOf(bot: string, chat: string): string {
  return `${bot}|${chat}`;
}
