import type { Proof } from "../../domain/proof.ts";
import { all, run, type Steps } from "./steps.ts";

const ALL = "select bot_slug as bot, scope, what, result, evidence, at from prewarm_proofs order by at, what";

const KEEP = `
  insert into prewarm_proofs (bot_slug, scope, what, result, evidence, at)
  values (:bot, :scope, :what, :result, :evidence, :at)
  on conflict (bot_slug, scope, what) do update set result = excluded.result, evidence = excluded.evidence, at = excluded.at`;

/** Returns what is proved, whatever its age. */
export function* proofs(): Steps<Proof[]> {
  const rows = yield* all<Omit<Proof, "evidence"> & { readonly evidence: string }>(ALL);
  return rows.map((row) => ({ ...row, evidence: JSON.parse(row.evidence) as Proof["evidence"] }));
}

/** Remembers a proof in place of an older one. */
export function* keepProof({ evidence, ...proof }: Proof): Steps<void> {
  yield* run(KEEP, { ...proof, evidence: JSON.stringify(evidence) });
}
