import type { Bottleneck, WorkMeasures } from "../domain/work-forecast.ts";

/** How fast lanes and bots may go, in calls a minute. */
interface LanePaces {
  /** One entry a lane: its bot and its pace. */
  readonly lanes: readonly { readonly bot: string; readonly perMinute: number }[];
  /** Paces over all chats of a bot, by slug; missing for none. */
  readonly botPerMinute: ReadonlyMap<string, number>;
}

/** All that limits how fast objects are warmed. */
export interface WorkLimits extends LanePaces {
  /** Transfers at once. */
  readonly concurrency: number;
  readonly measured: WorkMeasures;
  /** Objects that one call carries; 1 without it. */
  readonly inCall?: number | undefined;
}

/** What each limit alone would allow, in objects a minute; Infinity where nothing is known of it. */
export type Ceilings = Readonly<Record<Exclude<Bottleneck, "none">, number>>;

/**
 * What an object takes as a rule, download and upload together, until a ledger has measured it: 200-800 ms and 500-2000 ms, as
 * users report and as the `realistic` profile of the sandbox has it.
 */
const USUAL_TRANSFER_MS = 1_750;

/** Transfers do not take turns with the slots of lanes: with so many more of them a free lane finds a free transfer. */
const SPARE = 1.6;

/** What lanes, concurrency and bandwidth would allow, each by itself, for objects of `meanBytes` (0: not known). */
export function ceilingsOf(limits: WorkLimits, meanBytes: number): Ceilings {
  const { transferMs, bytesPerSecond } = limits.measured;
  const { inCall = 1 } = limits;
  const isMeasured = bytesPerSecond !== null && meanBytes > 0;
  return {
    lanes: lanesCeiling(limits) * inCall,
    concurrency: (limits.concurrency * inCall * 60_000) / (transferMs ?? USUAL_TRANSFER_MS),
    bandwidth: isMeasured ? (bytesPerSecond * 60) / meanBytes : Number.POSITIVE_INFINITY,
  };
}

/** The smallest of them; of equal ones the lanes, which are Telegram's. */
export function lowest(ceilings: Ceilings): { readonly by: keyof Ceilings; readonly perMin: number } {
  const order = ["lanes", "concurrency", "bandwidth"] as const;
  const by = order.reduce((least, name) => (ceilings[name] < ceilings[least] ? name : least));
  return { by, perMin: ceilings[by] };
}

/** Transfers at once that keep lanes busy which together allow `perMin` objects a minute. */
export function concurrencyFor(perMin: number, { transferMs }: WorkMeasures): number {
  return Math.ceil((perMin * (transferMs ?? USUAL_TRANSFER_MS) * SPARE) / 60_000);
}

function lanesCeiling({ lanes, botPerMinute }: LanePaces): number {
  const byBot = new Map<string, number>();
  for (const { bot, perMinute } of lanes) byBot.set(bot, (byBot.get(bot) ?? 0) + perMinute);
  return [...byBot].reduce((sum, [bot, pace]) => sum + Math.min(pace, botPerMinute.get(bot) ?? pace), 0);
}
