import type { Clock } from "../domain/clock.ts";
import type { Proof } from "../domain/proof.ts";
import type { Ledger } from "../ledgers/port.ts";
import { type MessageBudget, ProbeHalted } from "./budget.ts";
import type { ProbeExperiment, ProbePlace, ProbeScene, ProbeVerdict } from "./experiment.ts";
import { knownOf, type ProvedLane, proofsOf } from "./known.ts";

/** How an experiment ended in a place. `unpaid`: too few messages were left for it. */
export interface ProbeOutcome {
  readonly experiment: ProbeExperiment;
  readonly chat: string;
  readonly chatType: string;
  readonly status: "found" | "known" | "moot" | "open" | "unpaid" | "stopped";
  readonly says: string;
  /** What it is known by: found now, or before. */
  readonly proofs: readonly Proof[];
}

/** Hears what a probe does. */
export interface ProbeListener {
  readonly began: (experiment: ProbeExperiment, chat: string) => void;
  readonly ended: (outcome: ProbeOutcome) => void;
}

export interface ProbeOptions {
  readonly places: readonly ProbePlace[];
  readonly experiments: readonly ProbeExperiment[];
  readonly again: boolean;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly budget: MessageBudget;
  readonly draining: AbortSignal;
  readonly listener: ProbeListener;
}

/** Makes experiments one after another and writes down what each came to before the next begins. Throws LedgerError. */
export async function probe(options: ProbeOptions): Promise<void> {
  const { places, experiments, listener } = options;
  const proofs = [...(await options.ledger.proofs())];
  for (const place of places)
    for (const experiment of experiments) listener.ended(await oneOf(experiment, place, proofs, options));
}

async function oneOf(
  experiment: ProbeExperiment,
  place: ProbePlace,
  proofs: Proof[],
  options: ProbeOptions,
): Promise<ProbeOutcome> {
  const { clock, again, draining, budget, ledger, listener } = options;
  const lane = provedLaneOf(place);
  const end = (status: ProbeOutcome["status"], says: string, by: readonly Proof[] = []): ProbeOutcome => ({
    experiment,
    chat: lane.chat,
    chatType: lane.type,
    status,
    says,
    proofs: by,
  });
  if (draining.aborted) return end("stopped", "not begun");
  const known: ProbeScene["known"] = (what) => knownOf(proofs, lane, what, clock.wall());
  const before = experiment.whats.flatMap(
    (what) => knownOf(proofs, lane, what, clock.wall()) ?? [],
  ) as Proof[];
  if (!again && before.length === experiment.whats.length)
    return end("known", knownText(before, clock), before);
  if (experiment.packs && known("packs")?.result === "unsupported")
    return end("moot", "this server has no message of several media");
  if (budget.left < experiment.most)
    return end("unpaid", `it may take ${experiment.most} messages, and ${budget.left} are left`);
  listener.began(experiment, lane.chat);
  const verdict = await made(experiment, { ...place, known, clock }, draining);
  if (verdict.type !== "found") return end(verdict.type, verdict.says);
  const found = verdict.found.flatMap((each) => proofsOf(each, lane, clock.wall()));
  for (const proof of found) await ledger.keepProof(proof);
  proofs.push(...found);
  return end("found", verdict.says, found);
}

/** Its messages are gone when it has ended, however it did. */
async function made(
  experiment: ProbeExperiment,
  scene: ProbeScene,
  draining: AbortSignal,
): Promise<ProbeVerdict | { readonly type: "stopped" | "unpaid"; readonly says: string }> {
  try {
    return await experiment.run(scene);
  } catch (error) {
    if (!(error instanceof ProbeHalted)) throw error;
    return error.why === "budget"
      ? { type: "unpaid", says: "no messages are left" }
      : { type: "stopped", says: "stopped" };
  } finally {
    for (const lane of [scene.lane, scene.second]) await lane?.clear(draining.aborted ? "at once" : "paced");
  }
}

function provedLaneOf({ lane }: ProbePlace): ProvedLane {
  return { bot: lane.bot.slug, chat: lane.chat.id, type: lane.chat.type };
}

function knownText(proofs: readonly Proof[], clock: Clock): string {
  const days = Math.floor((clock.wall() - Math.min(...proofs.map(({ at }) => at))) / 86_400_000);
  const when = days === 0 ? "today" : `${days} day${days === 1 ? "" : "s"} ago`;
  const results = proofs.map(({ what, result }) => (proofs.length > 1 ? `${what} ${result}` : result));
  return `known since ${when}: ${results.join(", ")}`;
}
