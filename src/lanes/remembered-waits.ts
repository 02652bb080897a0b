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
  const remembered = untilByLane(memories);
  const untilOf = (lane: NamedLane) => remembered.get(nameOf(lane)) ?? 0;
  const note = (bot: string, chat: string | null, unixMs: number) => {
    if (unixMs > clock.wall()) waits.note({ bot, chat, until: fromWall(clock, unixMs) });
  };
  for (const bot of new Set(lanes.map((lane) => lane.bot))) {
    const own = lanes.filter((lane) => lane.bot === bot);
    for (const memory of memories)
      if (memory.bot === bot) for (const chat of namesOf(memory)) note(bot, chat, memory.frozenUntil);
    note(bot, null, Math.min(...own.map(untilOf)));
  }
}

/** A wait of a bot in all its chats is written down by the names that they have in the configuration. */
function untilByLane(memories: readonly LaneMemory[]): ReadonlyMap<string, number> {
  const untils = new Map<string, number>();
  for (const memory of memories)
    for (const chat of namesOf(memory)) {
      const name = nameOf({ bot: memory.bot, chat });
      untils.set(name, Math.max(untils.get(name) ?? 0, memory.frozenUntil));
    }
  return untils;
}

function namesOf({ chat, migratedTo }: LaneMemory): readonly string[] {
  return migratedTo === null ? [chat] : [chat, migratedTo];
}

function nameOf({ bot, chat }: NamedLane): string {
  return `${bot}|${chat}`;
}
