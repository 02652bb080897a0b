import { LIMITS } from "../../domain/limits.ts";
import { MEDIA_KINDS, type MediaKind } from "../../domain/media.ts";
import type { PackRule } from "../../domain/pack-rule.ts";
import type { Trust } from "./trust.ts";

/** Why media go singly. */
type WhyNoPacks = "off" | "not_proved" | "unsupported" | "media_count" | "rich_only";

/** How a lane may use packs. */
export interface PackUse {
  /** Media in one message at the most; 0 where all go singly. */
  readonly most: number;
  /** Why that is 0; null where it is not. */
  readonly why: WhyNoPacks | null;
  /** Of these, how many may go by URL; and bytes of all uploads together, as far as is proved. 0 where such media go singly. */
  readonly mostUrls: number;
  readonly mostBytes: number;
  /** How many of a kind one pack may hold. `one` is a canary: its id is tried before it is believed. */
  readonly kinds: Readonly<Record<MediaKind, "many" | "one" | "none">>;
  /** The quota of the chat is known to count messages. */
  readonly isProved: boolean;
  /**
   * Slots of its lane that a pack takes: one where messages are known to count, and while that is being found out, which begins once
   * a kind is proved; else as many as its media would take singly.
   */
  readonly slots: "one" | "each";
}

/** Until it is proved that messages count, a pack holds no more than so many media. */
const UNPROVED_MOST = 10;

/**
 * How a lane of which so much is proved may use packs. `auto` takes what was proved once, and proves it again when that is old;
 * a number of media proves what it does not find.
 */
export function packUse(rule: PackRule, trust: Trust): PackUse {
  const kinds = kindsOf(rule, trust);
  const why = whyNot(rule, trust, kinds);
  const bounds = { mostUrls: urlsOf(trust), mostBytes: bytesOf(trust) };
  if (why !== null) return { most: 0, why, kinds, ...bounds, isProved: false, slots: "each" };
  const isProved = trust.quota === "messages";
  const wanted = rule.type === "up to" ? rule.most : LIMITS.pack.media;
  const most = Math.min(wanted, trust.keeps, isProved ? wanted : UNPROVED_MOST);
  const slots = isProved || MEDIA_KINDS.some((kind) => kinds[kind] === "many") ? "one" : "each";
  return { most, why: null, kinds, ...bounds, isProved, slots };
}

/** The same once all is proved in favour of packs that is not proved against them. */
export function provedUse(rule: PackRule, trust: Trust): PackUse {
  const ids = Object.fromEntries(
    MEDIA_KINDS.map((kind) => [kind, trust.ids[kind] === "rich_only" ? "rich_only" : "ordinary"]),
  ) as Trust["ids"];
  return packUse(rule, { ...trust, ids, quota: trust.quota === "media" ? "media" : "messages" });
}

/** One by itself is no album, and no pack either. */
function urlsOf({ urls }: Trust): number {
  return urls !== null && urls < 2 ? 0 : (urls ?? LIMITS.pack.media);
}

/** Uploads that are bound to less together are not worth a pack. */
export const LEAST_BYTES = 1_000_000;

function bytesOf({ maxBody }: Trust): number {
  return maxBody !== null && maxBody < LEAST_BYTES ? 0 : (maxBody ?? Number.POSITIVE_INFINITY);
}

function kindsOf({ type }: PackRule, { ids }: Trust): PackUse["kinds"] {
  const mayHold = (kind: MediaKind) => {
    if (ids[kind] === "ordinary") return "many";
    if (ids[kind] === "rich_only") return "none";
    return type === "up to" || ids[kind] === "stale" ? "one" : "none";
  };
  return Object.fromEntries(MEDIA_KINDS.map((kind) => [kind, mayHold(kind)])) as PackUse["kinds"];
}

function whyNot(
  { type }: PackRule,
  { packs, quota, ids }: Trust,
  kinds: PackUse["kinds"],
): WhyNoPacks | null {
  if (type === "off") return "off";
  if (packs === "unsupported") return "unsupported";
  if (quota === "media") return "media_count";
  if (type === "auto" && quota === "unknown") return "not_proved";
  if (MEDIA_KINDS.every((kind) => kinds[kind] === "none"))
    return MEDIA_KINDS.some((kind) => ids[kind] === "rich_only") ? "rich_only" : "not_proved";
  return null;
}

/** Whether a pack of `media` that waited for its permit may still go: meanwhile more may have been proved. */
export function mayStillGo(media: number, { most, why }: PackUse): boolean {
  return why === null && media <= most;
}

/** Slots of its lane that a pack of `media` takes. */
export function slotsOf(media: number, { slots }: PackUse): number {
  return slots === "one" ? 1 : media;
}
