import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import { failure } from "../../domain/failure.ts";
import type { LaneBoard, Permit } from "../../lanes/port.ts";
import type { CanaryMessage, UnprovedId } from "../../ledgers/pack-port.ts";
import type { Ledger } from "../../ledgers/port.ts";
import { removeCanary, tryId } from "./canaries.ts";
import type { Packs } from "./packs.ts";

export interface LeftCanariesOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly lanes: LaneBoard;
  readonly packs: Packs;
  readonly bots: readonly string[];
  readonly draining: AbortSignal;
}

/** Milliseconds between two looks for a slot, and how many there are: a lane that is frozen for long is left to the next run. */
const [LOOK_MS, LOOKS] = [250, 480];
const AHEAD_MS = 1_000;

/** Does what an earlier process left of its canaries: deletes their messages, and tries the ids that wait. Throws LedgerError. */
export async function finishCanaries(options: LeftCanariesOptions): Promise<void> {
  const { ledger, bots, events } = options;
  for (const message of await ledger.leftCanaries(bots)) await remove(message, options);
  const waiting = await ledger.unproved(bots);
  for (const id of waiting) await finish(id, options);
  const left = await ledger.unproved(bots);
  if (waiting.length === 0) return;
  const rest = left.length > 0 ? `, ${left.length} are left to the next run` : "";
  const text = `ids of packs that an earlier run did not come to try: ${waiting.length - left.length} decided${rest}`;
  events.emit("notice", { level: "info", text });
}

async function finish(id: UnprovedId, options: LeftCanariesOptions): Promise<void> {
  const { ledger, packs, draining } = options;
  const permit = await slot(id.bot, id.chatId, options);
  const trial = permit && (await tryId(id, permit, { ledger, draining }).finally(permit.drop.bind(permit)));
  if (!trial) return;
  if (trial.message) await remove(trial.message, options);
  packs.tried(id.bot, id.kind, trial.verdict, id.confirmation.stored.fileId);
  if (trial.verdict === "ordinary") await ledger.confirm(id.attempt, id.confirmation);
  const text = `the id of ${id.key} that came in a pack was not taken by the method of a ${id.kind}`;
  if (trial.verdict === "rich_only") await ledger.discard(id.attempt, failure("file_id_dead", text));
}

async function remove(message: CanaryMessage, options: LeftCanariesOptions): Promise<void> {
  const { ledger, draining } = options;
  const permit = await slot(message.bot, message.chatId, options);
  if (permit) await removeCanary(message, permit, { ledger, draining }).finally(permit.drop.bind(permit));
}

async function slot(
  bot: string,
  chat: string,
  { lanes, clock, draining }: LeftCanariesOptions,
): Promise<Permit | null> {
  for (let look = 0; look < LOOKS && lanes.isOpenIn(bot, chat) && !draining.aborted; look++) {
    const permit = lanes.takeIn(bot, chat, clock.now(), AHEAD_MS);
    if (permit) return permit;
    await clock.sleep(LOOK_MS, draining);
  }
  return null;
}
