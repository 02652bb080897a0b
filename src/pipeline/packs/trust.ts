import { LIMITS } from "../../domain/limits.ts";
import { MEDIA_KINDS, type MediaKind } from "../../domain/media.ts";
import { BELIEVED_MS, type Proof, type ProofWhat } from "../../domain/proof.ts";

/** What is proved of packs of a bot in a chat. `stale`: it was proved in favour of packs, too long ago. */
export interface Trust {
  readonly packs: "supported" | "unsupported" | "unknown";
  readonly quota: "messages" | "media" | "stale" | "unknown";
  /** Media of one message that are kept at least. */
  readonly keeps: number;
  /** Bytes of one message's uploads that were taken where more were refused, and media by URL likewise; null where none were refused. */
  readonly maxBody: number | null;
  readonly urls: number | null;
  readonly ids: Readonly<Record<MediaKind, "ordinary" | "rich_only" | "stale" | "unknown">>;
}

/** What a chat is, as far as proofs go by it. */
export interface TrustedType {
  readonly type: string;
  /** Nobody said what the chat is, and its type may be another one. */
  readonly isAssumed?: boolean;
}

/** Whom proofs are asked about. */
export interface TrustedLane extends TrustedType {
  /** Slug. */
  readonly bot: string;
  /** The id of the chat. */
  readonly chat: string;
}

/** What these proofs say of a lane at `now` (Unix milliseconds). One of its chat counts more than one of a type, that more than one of all. */
export function trustOf(proofs: readonly Proof[], lane: TrustedLane, now: number): Trust {
  const about = (what: ProofWhat) => resultOf(proofs, lane, what, now);
  const packs = about("packs");
  const quota = about("quota");
  return {
    packs: packs === "supported" || packs === "unsupported" ? packs : "unknown",
    quota: quota === "messages" || quota === "media" || quota === "stale" ? quota : "unknown",
    keeps: Math.min(
      LIMITS.pack.media,
      Number(about("keeps")) || LIMITS.pack.keptMedia,
      ...keptElsewhere(proofs, lane, now),
    ),
    maxBody: boundOf(proofs, lane, "max_body", now),
    urls: boundOf(proofs, lane, "url_flood", now),
    ids: Object.fromEntries(MEDIA_KINDS.map((kind) => [kind, idsOf(about(`ids:${kind}`))])) as Trust["ids"],
  };
}

/** What chats of any type keep, where that of this one is not known: more than that would be lost. */
function keptElsewhere(proofs: readonly Proof[], { bot, isAssumed }: TrustedLane, now: number): number[] {
  const kept = proofs.filter(
    (proof) => proof.bot === bot && proof.what === "keeps" && now - proof.at < BELIEVED_MS,
  );
  return isAssumed ? kept.map(({ result }) => Number(result) || LIMITS.pack.keptMedia) : [];
}

function idsOf(result: string | null): Trust["ids"][MediaKind] {
  return result === "ordinary" || result === "rich_only" || result === "stale" ? result : "unknown";
}

/** In favour of packs, and against them. */
const GOOD = ["supported", "messages", "ordinary"];
const BAD = ["unsupported", "media", "rich_only"];
/** What names a type of chats: neither `*` nor the id of a chat. */
const TYPE = /^[a-z]+$/;

/** What more is refused than; the largest that was tried is no bound where it was taken. */
function boundOf(
  proofs: readonly Proof[],
  lane: TrustedLane,
  what: "max_body" | "url_flood",
  now: number,
): number | null {
  const proof = proofOf(proofs, lane, what, now);
  if (!proof || now - proof.at >= BELIEVED_MS) return null;
  const refused = proof.evidence[what === "max_body" ? "refused_bytes" : "waits"];
  const taken = Number(proof.result);
  return Array.isArray(refused) && refused.length > 0 && Number.isFinite(taken) ? taken : null;
}

function resultOf(proofs: readonly Proof[], lane: TrustedLane, what: string, now: number): string | null {
  const proof = proofOf(proofs, lane, what, now);
  if (!proof) return null;
  if (now - proof.at < BELIEVED_MS) return proof.result;
  return GOOD.includes(proof.result) ? "stale" : null;
}

function proofOf(proofs: readonly Proof[], lane: TrustedLane, what: string, now: number): Proof | undefined {
  const ranked = proofs
    .filter((proof) => proof.bot === lane.bot && proof.what === what && rankOf(proof, lane) !== null)
    .sort((a, b) => Number(rankOf(a, lane)) - Number(rankOf(b, lane)) || b.at - a.at);
  return ranked.find(({ at }) => now - at < BELIEVED_MS) ?? ranked[0];
}

/**
 * Which of several proofs counts first; null for one that is not about this lane. Where nobody knows what a chat is, all counts that was
 * proved against packs in chats of whatever type, and nothing that was proved in their favour.
 */
function rankOf({ scope, result }: Proof, { chat, type, isAssumed = false }: TrustedLane): number | null {
  if (scope === chat) return 0;
  if (isAssumed ? TYPE.test(scope) && BAD.includes(result) : scope === type) return 1;
  return scope === "*" ? 2 : null;
}
