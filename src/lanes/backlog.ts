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

/**
 * Estimates how long `waiting` objects take at the pace of all lanes together, without freezes, with `concurrency` transfers at
 * once; null without a lane. `memories` are of lanes that are open; those that were migrated do not count; a bot goes no faster than Telegram allows one over all its chats.
 */
export function backlogEta(
  waiting: number,
  memories: readonly LaneMemory[],
  { concurrency, measured }: { readonly concurrency: number; readonly measured: WorkMeasures },
): { readonly perMinute: number; readonly etaSeconds: number | null } {
  const open = memories.filter(({ migratedTo }) => migratedTo === null);
  const { ceilingPerMin, etaSeconds } = forecast({
    toWarm: waiting,
    bytes: 0,
    concurrency,
    measured,
    lanes: open.map((lane) => ({ bot: lane.bot, perMinute: rememberedPace(lane) })),
    botPerMinute: new Map(open.map(({ bot }) => [bot, LIMITS.pace.botPerSecond * 60])),
  });
  return { perMinute: ceilingPerMin, etaSeconds: open.length === 0 ? null : etaSeconds };
}
