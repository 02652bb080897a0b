import type { Clock } from "../../domain/clock.ts";
import type { PlainWay } from "./plain-way.ts";
import { Round } from "./round.ts";
import { workByTicks } from "./ticks.ts";

export interface OldWayOptions {
  readonly clock: Clock;
  readonly plain: PlainWay;
  readonly keys: readonly string[];
  readonly chats: readonly string[];
  readonly places: number;
  readonly signal: AbortSignal;
}

/** `MEDIA_PREWARM_INTERVAL_MS` of the system that is replaced. */
const TICK_MS = 2_000;

/**
 * A backlog of `keys` by the system that is replaced: every two seconds as many are started as there are free places. All
 * are due from the beginning on; what waits for its tick waits in the queue.
 */
export async function oldWay({ clock, plain, keys, chats, places, signal }: OldWayOptions): Promise<Round> {
  const round = new Round(clock.now);
  const items = keys.map((key, n) => ({ key, chat: chats[n % chats.length] ?? "" }));
  const work = async ({ key, chat }: { key: string; chat: string }) => {
    const queue = round.at;
    round.started();
    try {
      const { download, send } = await plain.send(key, chat);
      round.succeeded({ queue, lane: 0, download, send, work: download + send, total: round.at });
    } catch (error) {
      round.failedOne(error instanceof Error ? error.message : String(error));
    }
  };
  await workByTicks(items, work, { clock, places, signal, intervalMs: TICK_MS });
  return round;
}
