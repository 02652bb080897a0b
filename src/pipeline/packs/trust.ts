import { LIMITS } from "../../domain/limits.ts";
import { MEDIA_KINDS, type MediaKind } from "../../domain/media.ts";
import { BELIEVED_MS, type Proof, type ProofWhat } from "../../domain/proof.ts";

/** What is proved of packs of a bot in a chat. `stale`: it was proved in favour of packs, too long ago. */
export interface Trust {
  readonly packs: "supported" | "unsupported" | "unknown";
  readonly quota: "messages" | "media" | "stale" | "unknown";
  /** Media of one message that are kept at least. */
  readonly keeps: number;
  readonly ids: Readonly<Record<MediaKind, "ordinary" | "rich_only" | "stale" | "unknown">>;
}

/** Whom proofs are asked about. */
export interface TrustedLane {
  /** Slug. */
  readonly bot: string;
  /** The id of the chat, and its type. */
  readonly chat: string;
  readonly type: string;
}

/** What these proofs say of a lane at `now` (Unix milliseconds). One of its chat counts more than one of a type, that more than one of all. */
export function trustOf(proofs: readonly Proof[], lane: TrustedLane, now: number): Trust {
  const about = (what: ProofWhat) => resultOf(proofs, lane, what, now);
  const packs = about("packs");
  const quota = about("quota");
  return {
    packs: packs === "supported" || packs === "unsupported" ? packs : "unknown",
    quota: quota === "messages" || quota === "media" || quota === "stale" ? quota : "unknown",
    keeps: Math.min(LIMITS.pack.media, Number(about("keeps")) || LIMITS.pack.keptMedia),
    ids: Object.fromEntries(MEDIA_KINDS.map((kind) => [kind, idsOf(about(`ids:${kind}`))])) as Trust["ids"],
  };
}

function idsOf(result: string | null): Trust["ids"][MediaKind] {
  return result === "ordinary" || result === "rich_only" || result === "stale" ? result : "unknown";
}

/** In favour of packs. */
const GOOD = ["supported", "messages", "ordinary"];

function resultOf(proofs: readonly Proof[], lane: TrustedLane, what: string, now: number): string | null {
  const scopes = [lane.chat, lane.type, "*"];
  const ranked = proofs
    .filter((proof) => proof.bot === lane.bot && proof.what === what && scopes.includes(proof.scope))
    .sort((a, b) => scopes.indexOf(a.scope) - scopes.indexOf(b.scope) || b.at - a.at);
  const isFresh = (proof: Proof) => now - proof.at < BELIEVED_MS;
  const proof = ranked.find(isFresh) ?? ranked[0];
  if (!proof) return null;
  if (isFresh(proof)) return proof.result;
  return GOOD.includes(proof.result) ? "stale" : null;
}
