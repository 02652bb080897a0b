import { BELIEVED_MS, type Proof, type ProofWhat } from "../domain/proof.ts";
import type { KnownResult, ProbeFound } from "./experiment.ts";

/** Whom proofs are asked about. */
export interface ProvedLane {
  /** Slug. */
  readonly bot: string;
  readonly chat: string;
  readonly type: string;
}

/** What these proofs say of a lane and are young enough to say; one of its chat rules over one of its type, that over one of the bot. */
export function knownOf(
  proofs: readonly Proof[],
  lane: ProvedLane,
  what: ProofWhat,
  now: number,
): KnownResult | null {
  const scopes = [lane.chat, lane.type, "*"];
  const [best] = proofs
    .filter((proof) => proof.bot === lane.bot && proof.what === what && scopes.includes(proof.scope))
    .filter((proof) => now - proof.at < BELIEVED_MS && proof.result !== "taken_back")
    .sort((a, b) => scopes.indexOf(a.scope) - scopes.indexOf(b.scope) || b.at - a.at);
  return best ?? null;
}

/** Something that was found out, as proofs of a lane. */
export function proofsOf(
  { what, scopes, result, evidence }: ProbeFound,
  lane: ProvedLane,
  at: number,
): Proof[] {
  const names = { bot: "*", type: lane.type, chat: lane.chat };
  return scopes.map((scope) => ({ bot: lane.bot, scope: names[scope], what, result, evidence, at }));
}
