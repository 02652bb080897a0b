import { type Clock, fromWall } from "../domain/clock.ts";
import type { LaneMemory } from "../ledgers/lane-memory.ts";
import type { Waits } from "./waits.ts";

/** A bot in a chat, as both are named in a configuration. */
interface NamedLane {
  readonly bot: string;
  readonly chat: string;
}

/**
 * Keeps the waits of these lanes' bots that a ledger remembers from processes before this one, also in chats that no lane
 * names: a group that became a supergroup is asked for by its old id first. Where no chat of a bot may be called, the wait may
 * have been the bot's own, so it holds for the bot too.
 */
export function noteRemembered(
  waits: Waits,
  lanes: readonly NamedLane[],
  memories: readonly LaneMemory[],
  clock: Clock,
): void {
  const untilOf = ({ bot, chat }: NamedLane) =>
    memories.find((memory) => memory.bot === bot && memory.chat === chat)?.frozenUntil ?? 0;
  const note = (bot: string, chat: string | null, unixMs: number) => {
    if (unixMs > clock.wall()) waits.note({ bot, chat, until: fromWall(clock, unixMs) });
  };
  for (const bot of new Set(lanes.map((lane) => lane.bot))) {
    const own = lanes.filter((lane) => lane.bot === bot);
    for (const memory of memories) if (memory.bot === bot) note(bot, memory.chat, memory.frozenUntil);
    note(bot, null, Math.min(...own.map(untilOf)));
  }
}
