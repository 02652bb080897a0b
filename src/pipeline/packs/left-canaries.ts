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

/** Does what an earlier process left of its canaries: deletes their messages, and tries the ids that wait, one of each kind. Throws LedgerError. */
export async function finishCanaries({ ledger, trials, bots, events }: LeftCanariesOptions): Promise<void> {
  for (const message of await ledger.leftCanaries(bots)) await trials.remove(message);
  const waiting = await ledger.unproved(bots);
  for (const id of waiting) await decide(id, ledger, trials);
  if (waiting.length === 0) return;
  const left = (await ledger.unproved(bots)).length;
  const rest = left > 0 ? `, ${left} are left to the next run` : "";
  const text = `ids of packs that an earlier run did not come to try: ${waiting.length - left} decided${rest}`;
  events.emit("notice", { level: "info", text });
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

/** Why an id that came in a pack is dropped. */
export function notTaken({ key, kind }: Pick<UnprovedId, "key" | "kind">) {
  return failure(
    "file_id_dead",
    `the id of ${key} that came in a pack was not taken by the method of a ${kind}`,
  );
}
