import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import type { Failure } from "../../domain/failure.ts";
import { MEDIA_KINDS, type MediaKind } from "../../domain/media.ts";
import type { PackRule } from "../../domain/pack-rule.ts";
import type { Proof, ProofWhat } from "../../domain/proof.ts";
import type { CalledLane } from "../../lanes/port.ts";
import type { UnprovedId } from "../../ledgers/pack-port.ts";
import { mostPackBytes, type PackBounds } from "./fit.ts";
import type { PackSeen } from "./lane-record.ts";
import type { QuotaCall } from "./quota.ts";
import { laneKey, QuotaWatch } from "./quota-watch.ts";
import { type Trust, type TrustedType, trustOf } from "./trust.ts";
import { LEAST_BYTES, type PackUse, packUse } from "./use.ts";
import { PROVED_BY, packWords } from "./words.ts";

export interface PacksOptions {
  readonly rule: PackRule;
  /** What the ledger holds. */
  readonly proofs: readonly Proof[];
  /** The type of a chat, by its id. */
  readonly typeOf: (chat: string) => TrustedType;
  readonly local: boolean;
  readonly clock: Clock;
  readonly events: Emitter;
  /** Remembers a proof for later runs. */
  readonly keep: (proof: Proof) => void;
}

/** So many packs that were refused without fault of a medium, before any was posted, end packs of a bot. */
const STRIKES = 3;
/** A body that is refused makes the next ones so much smaller. */
const SHRINK = 0.5;

/** What is known of packs in this run, by what was proved before and what its own calls show. */
export class Packs {
  readonly #options: PacksOptions;
  readonly #proofs: Proof[];
  readonly #quota: QuotaWatch;
  /** Kinds of a bot whose canary is on its way. */
  readonly #tried = new Map<string, Set<MediaKind>>();
  /** By bot: packs refused; by bot and kind: canaries that met a wait which single sends did not meet. */
  readonly #strikes = new Map<string, number>();
  /** Bots that go without packs for the rest of this run. */
  readonly #without = new Map<string, string>();
  #mostBytes: number;
  readonly #uses = new Map<string, PackUse>();
  /** By bot, as long as nothing changes. */
  readonly #sizes = new Map<string, number>();
  readonly #words = new Map<string, string>();

  constructor(options: PacksOptions) {
    this.#options = options;
    this.#proofs = [...options.proofs];
    this.#mostBytes = mostPackBytes(options.local);
    this.#quota = new QuotaWatch({
      ...options,
      useOf: (lane) => this.useOf(lane),
      prove: (lane, result, evidence) =>
        this.#remember({ bot: lane.bot.slug, scope: lane.chat, what: "quota", result, evidence }),
    });
  }

  /** False where no pack will ever go, so that nobody need look for one. */
  get mayGo(): boolean {
    return this.#options.rule.type !== "off";
  }

  /** How this lane may use packs now. */
  useOf(lane: CalledLane): PackUse {
    const { bot, chat } = lane;
    const name = laneKey(bot.slug, chat);
    const known = this.#uses.get(name);
    const use = known ?? this.#judge(bot.slug, chat);
    if (!known) {
      this.#uses.set(name, use);
      this.#sizes.delete(bot.slug);
    }
    return !use.isProved && this.#quota.isUnclear(lane) ? { ...use, slots: "each" } : use;
  }

  /** What bounds a pack of this lane. */
  boundsOf(lane: CalledLane): PackBounds {
    const use = this.useOf(lane);
    return { use, mostBytes: Math.min(this.#mostBytes, use.mostBytes) };
  }

  #judge(bot: string, chat: string): PackUse {
    const { rule, typeOf, clock } = this.#options;
    const trust = trustOf(this.#proofs, { bot, chat, ...typeOf(chat) }, clock.wall());
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

  /** How a lane uses packs now, and why, for people. */
  wordsOf(bot: string, chat: string): string {
    const name = laneKey(bot, chat);
    const words = this.#words.get(name) ?? this.#wordsOf(bot, chat);
    this.#words.set(name, words);
    return words;
  }

  #wordsOf(bot: string, chat: string): string {
    const { rule, typeOf, clock } = this.#options;
    const why = this.#without.get(bot);
    const trust = trustOf(this.#proofs, { bot, chat, ...typeOf(chat) }, clock.wall());
    return why === undefined ? packWords(rule, trust, PROVED_BY.worker) : `not used in this run: ${why}`;
  }

  /** What is proved of ids of a kind that come in packs. */
  idsOf({ bot, chatId: chat, kind }: Pick<UnprovedId, "bot" | "chatId" | "kind">): Trust["ids"][MediaKind] {
    const { typeOf, clock } = this.#options;
    return trustOf(this.#proofs, { bot, chat, ...typeOf(chat) }, clock.wall()).ids[kind];
  }

  #changed(): void {
    this.#uses.clear();
    this.#sizes.clear();
    this.#words.clear();
  }

  /** The most media that a call of this bot carries now, as far as was asked. */
  sizeOf(bot: string): number {
    const known = this.#sizes.get(bot);
    if (known !== undefined) return known;
    const sizes = [...this.#uses].filter(([name]) => name.startsWith(`${bot}|`)).map(([, { most }]) => most);
    const size = Math.max(1, ...sizes);
    this.#sizes.set(bot, size);
    return size;
  }

  /** A pack was posted, or refused for a flood. */
  pack(lane: CalledLane, seen: PackSeen): void {
    this.#quota.pack(lane, seen);
  }

  /** A call on a lane has ended; `media` is how many it was to post. */
  called(lane: CalledLane, call: QuotaCall): void {
    if (this.mayGo) this.#quota.called(lane, call);
  }

  /** The id of a canary is on its way to be tried; its kind goes singly until that is known. */
  trying(bot: string, kind: MediaKind): void {
    const tried = this.#tried.get(bot) ?? new Set();
    this.#tried.set(bot, tried.add(kind));
    this.#changed();
  }

  /** A canary has ended; `open` where it said nothing. */
  tried(bot: string, kind: MediaKind, verdict: "ordinary" | "rich_only" | "open", fileId: string): void {
    this.#tried.get(bot)?.delete(kind);
    this.#changed();
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

  /** A canary met a wait, and a single send on its lane met none after it. Where that goes on, its kind goes singly in this run. */
  canaryWaited(bot: string, kind: MediaKind): void {
    const name = `${bot} ${kind}`;
    const waits = (this.#strikes.get(name) ?? 0) + 1;
    this.#strikes.set(name, waits);
    this.refused(bot, null);
    if (waits < STRIKES) this.tried(bot, kind, "open", "");
    if (waits < STRIKES || this.#without.has(bot)) return;
    const text = `${waits} packs with a ${kind} met a wait where single sends met none: bot ${bot} sends ${kind}s singly`;
    this.#options.events.emit("notice", { level: "info", text });
  }

  /** A pack was posted. */
  posted(bot: string): void {
    this.#strikes.set(bot, Number.NEGATIVE_INFINITY);
  }

  /** A pack was refused although no medium of it was at fault. Several, before any was posted, say that packs do not go here. */
  refused(bot: string, why: Failure | null): void {
    const strikes = (this.#strikes.get(bot) ?? 0) + 1;
    this.#strikes.set(bot, strikes);
    const text = why ? ` (${why.message})` : "";
    if (strikes >= STRIKES)
      this.#goWithout(
        bot,
        `${strikes} packs were refused through no fault of their media, and none was taken${text}`,
      );
  }

  /** An answer did not hold its media as they were sent. The next ones might not either, and all of them would be in doubt. */
  unreadable(bot: string): void {
    this.#goWithout(bot, "an answer about several media does not hold them as they were sent");
  }

  /** The server has no such method. */
  unsupported(bot: string): void {
    this.#remember({ bot, scope: "*", what: "packs", result: "unsupported", evidence: {} });
    this.#goWithout(bot, "the server has no message of several media");
  }

  /** Something refused a body with uploads of so many bytes. */
  tooLarge(bot: string, uploadBytes: number): void {
    const most = Math.min(this.#mostBytes, uploadBytes) * SHRINK;
    if (uploadBytes === 0) {
      this.#goWithout(bot, "even small packs are refused as too large");
      return;
    }
    this.#mostBytes = most < LEAST_BYTES ? 0 : most;
    const now =
      this.#mostBytes === 0 ? "uploads go singly" : `packs carry ${Math.round(most / 1e6)} MB at most`;
    const text = `a pack of ${(uploadBytes / 1e6).toFixed(1)} MB was refused as too large: ${now} from here on`;
    this.#options.events.emit("notice", { level: "info", text });
  }

  #goWithout(bot: string, why: string): void {
    if (this.#without.has(bot)) return;
    this.#without.set(bot, why);
    this.#changed();
    const text = `bot ${bot} goes on without packs: ${why}`;
    this.#options.events.emit("notice", { level: "info", text });
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
    this.#changed();
    this.#options.keep(proof);
  }
}
