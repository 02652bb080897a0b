import type { LaneOutlook } from "../lanes/port.ts";

/** What a worker could do for a bot soon. Milliseconds on the engine's clock. */
export interface BotNeed {
  readonly bot: string;
  readonly outlook: LaneOutlook;
  /** Jobs of this bot that this worker holds. */
  readonly held: number;
  /** Media that go in one of its calls. */
  readonly inCall: number;
}

/** How many jobs are to be fetched, and of which bots none. */
export interface Wanted {
  readonly most: number;
  readonly exceptBots: readonly string[];
}

/** Milliseconds for which a worker has jobs in hand: two looks at the engine, and the time to read an object. */
export const HORIZON_MS = 6_000;

/**
 * Decides what to fetch: for each bot as many jobs as its lanes here may call for within the horizon, at most `free` together. A bot
 * without a lane here that is free soon (frozen, or in the hands of another worker) is passed over.
 */
export function wantedOf(needs: readonly BotNeed[], now: number, free: number): Wanted {
  const missing = needs.map((need) => Math.max(0, slotsOf(need, now) - need.held));
  const most = Math.min(
    Math.max(0, free),
    missing.reduce((sum, each) => sum + each, 0),
  );
  return { most, exceptBots: needs.flatMap(({ bot }, at) => (missing[at] === 0 ? [bot] : [])) };
}

function slotsOf({ outlook: { dueAt, perMinute }, inCall }: BotNeed, now: number): number {
  const left = HORIZON_MS - Math.max(0, dueAt - now);
  return left < 0 ? 0 : inCall * (1 + Math.floor((perMinute * left) / 60_000));
}
