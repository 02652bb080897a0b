import { type MessageBudget, ProbeHalted } from "./budget.ts";
import type { PlayedFact } from "./facts/fact.ts";
import { type FactPlace, type FactSeen, play } from "./facts/play.ts";
import type { ProbeLane } from "./lane.ts";

/** How a fact came out: as it says, otherwise, or not played, with why. */
export interface ConformOutcome {
  readonly fact: PlayedFact;
  readonly status: "same" | "differs" | "not_played" | "open" | "unpaid" | "stopped";
  /** Everything that was not as it says, or why it was not played. */
  readonly says: readonly string[];
  readonly seen: readonly FactSeen[];
}

/** Where facts are played: a place for them, and what they may lean on. */
export interface ConformPlace {
  readonly place: FactPlace;
  readonly lane: ProbeLane;
  readonly second: ProbeLane | null;
  /** Whether the bucket has an object. */
  readonly has: (key: string) => Promise<boolean>;
}

export interface ConformOptions extends ConformPlace {
  readonly facts: readonly PlayedFact[];
  readonly budget: MessageBudget;
  readonly draining: AbortSignal;
  readonly ended: (outcome: ConformOutcome) => void;
}

/** Plays facts one after another; what each posted is gone before the next begins. Throws LedgerError. */
export async function conform(options: ConformOptions): Promise<void> {
  for (const fact of options.facts) options.ended(await playOne(fact, options));
}

/** Messages that a fact posts at the most. */
export function messagesOf({ steps }: PlayedFact): number {
  return steps.reduce(
    (sum, step) => sum + ("call" in step && /^(send|forward)/i.test(step.call) ? (step.times ?? 1) : 0),
    0,
  );
}

async function playOne(fact: PlayedFact, options: ConformOptions): Promise<ConformOutcome> {
  const { place, lane, second, budget, draining } = options;
  const seen: FactSeen[] = [];
  const end = (status: ConformOutcome["status"], says: readonly string[]) => ({ fact, status, says, seen });
  if (draining.aborted) return end("stopped", ["not begun"]);
  const lacks = await lackOf(fact, options);
  if (lacks !== null) return end("not_played", [lacks]);
  if (budget.left < messagesOf(fact)) return end("unpaid", [`${budget.left} messages are left`]);
  try {
    const wrong = await play(fact, { ...place, seen: (answer) => void seen.push(answer) });
    return end(wrong.length === 0 ? "same" : "differs", wrong);
  } catch (error) {
    const [status, why] = brokenOff(error);
    return end(status, [why]);
  } finally {
    for (const each of [lane, second]) await each?.clear(draining.aborted ? "at once" : "paced");
  }
}

/** Why a fact was not played to its end; throws what ends the probe. */
function brokenOff(error: unknown): [ConformOutcome["status"], string] {
  if (error instanceof ProbeHalted)
    return error.why === "budget" ? ["unpaid", "no messages are left"] : ["stopped", "stopped"];
  if (!(error instanceof Error) || "exitCode" in error) throw error;
  return ["open", error.message];
}

/** What a fact needs that is not here; null where it can be played. */
async function lackOf({ steps }: PlayedFact, { second, has }: ConformPlace): Promise<string | null> {
  const text = JSON.stringify(steps);
  if (second === null && /"by":"second"|\{second_bot_id\}/.test(text))
    return "it takes a second bot in this chat";
  if (steps.some((step) => "r2" in step && step.r2.query !== undefined))
    return "it takes a signature that only its test makes";
  for (const key of keysOf(steps, text))
    if (!(await has(key))) return `the bucket has no ${key} (prewarm brings it, in fixtures/media)`;
  return null;
}

/** Objects that have to be there; those called `none` have not. */
function keysOf(steps: PlayedFact["steps"], text: string): string[] {
  const urls = [...text.matchAll(/\{url:([^}]+)\}/g)].map(([, key]) => key ?? "");
  const read = steps.flatMap((step) => ("r2" in step ? [step.r2.key] : []));
  return [...new Set([...urls, ...read])].filter((key) => !/\/none\.\w+$/.test(key));
}
