import type { Emitter } from "../../domain/events.ts";
import { failure } from "../../domain/failure.ts";
import type { UnprovedId } from "../../ledgers/pack-port.ts";
import type { Ledger } from "../../ledgers/port.ts";
import { unlessLost } from "../stood-still.ts";
import type { Trials } from "./trials.ts";

export interface LeftCanariesOptions {
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly trials: Trials;
  readonly bots: readonly string[];
}

/**
 * Does what an earlier process left of its canaries: deletes their messages, and tries the ids that wait, one of each kind. One bot does not
 * wait for another. Throws LedgerError.
 */
export async function finishCanaries({ bots, events, ...parts }: LeftCanariesOptions): Promise<void> {
  const counts = await Promise.all(bots.map((bot) => finishOf(bot, parts)));
  const waited = counts.reduce((sum, { waited }) => sum + waited, 0);
  const left = counts.reduce((sum, { left }) => sum + left, 0);
  if (waited === 0) return;
  const rest = left > 0 ? `, ${left} are left to the next run` : "";
  const text = `ids of packs that an earlier run did not come to try: ${waited - left} decided${rest}`;
  events.emit("notice", { level: "info", text });
}

/** Returns how many ids of this bot waited, and how many still do. */
async function finishOf(
  bot: string,
  { ledger, trials }: Pick<LeftCanariesOptions, "ledger" | "trials">,
): Promise<{ waited: number; left: number }> {
  // Both before anything is waited for: what this process itself comes to try meanwhile is none of these.
  const [messages, waiting] = [await ledger.leftCanaries([bot]), await ledger.unproved([bot])];
  for (const message of messages) await trials.remove(message);
  for (const id of waiting) await decide(id, ledger, trials);
  if (waiting.length === 0) return { waited: 0, left: 0 };
  const still = new Set((await ledger.unproved([bot])).map(({ attempt }) => attempt));
  return { waited: waiting.length, left: waiting.filter(({ attempt }) => still.has(attempt)).length };
}

async function decide(id: UnprovedId, ledger: Ledger, trials: Trials): Promise<void> {
  const verdict = await trials.judge(id);
  const record = async () => {
    if (verdict === "ordinary") await ledger.confirm(id.attempt, id.confirmation);
    if (verdict === "rich_only") await ledger.discard(id.attempt, notTaken(id));
  };
  // While this process stood still another one decided.
  await unlessLost(record, () => {});
}

/** Why an id that came in a pack is dropped where nothing was found out, and no message of its trial was posted. */
export function notTried({ key, kind }: Pick<UnprovedId, "key" | "kind">) {
  const text = `whether the method of a ${kind} takes the id of ${key} that came in a pack could not be tried`;
  return failure("stopped", text);
}

/** Why an id that came in a pack is dropped. */
export function notTaken({ key, kind }: Pick<UnprovedId, "key" | "kind">) {
  return failure(
    "file_id_dead",
    `the id of ${key} that came in a pack was not taken by the method of a ${kind}`,
  );
}
