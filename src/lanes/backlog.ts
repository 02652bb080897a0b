import { LIMITS } from "../domain/limits.ts";
import type { WorkMeasures } from "../domain/work-forecast.ts";
import type { LaneMemory } from "../ledgers/lane-memory.ts";
import { expectedPace } from "./documented-pace.ts";
import { forecast } from "./forecast.ts";
import { assumedChat } from "./preflight.ts";

/** Calls a minute to plan with, where nothing but the ledger is known: what was learned, else the documented pace. */
export function rememberedPace({ pace, chat }: LaneMemory): number {
  return expectedPace({ type: "adaptive" }, assumedChat(chat).type, pace);
}

/** What limits a backlog besides the paces of lanes. */
interface BacklogLimits {
  readonly concurrency: number;
  readonly measured: WorkMeasures;
  /** Objects that a call of a lane carries; 1 of each without it. */
  readonly inCallOf?: ((lane: LaneMemory) => number) | undefined;
}

/**
 * Estimates how long `waiting` objects take at the pace of all lanes together, without freezes, with `concurrency` transfers at
 * once; null without a lane. `memories` are of lanes that are open; those that were migrated do not count; a bot goes no faster than Telegram allows one over all its chats.
 */
export function backlogEta(
  waiting: number,
  memories: readonly LaneMemory[],
  { concurrency, measured, inCallOf = () => 1 }: BacklogLimits,
): { readonly perMinute: number; readonly etaSeconds: number | null } {
  const open = memories.filter(({ migratedTo }) => migratedTo === null);
  const { ceilingPerMin, etaSeconds } = forecast({
    toWarm: waiting,
    bytes: 0,
    concurrency,
    measured,
    lanes: open.map((lane) => ({ bot: lane.bot, perMinute: rememberedPace(lane), inCall: inCallOf(lane) })),
    botPerMinute: new Map(open.map(({ bot }) => [bot, LIMITS.pace.botPerSecond * 60])),
  });
  return { perMinute: ceilingPerMin, etaSeconds: open.length === 0 ? null : etaSeconds };
}
