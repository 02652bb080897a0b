import type { Bottleneck, WorkMeasures } from "../domain/work-forecast.ts";

/** A lane in a forecast: its bot, its pace in calls a minute, and how many objects a call carries; 1 where that is left out. */
interface PacedLane {
  readonly bot: string;
  readonly perMinute: number;
  readonly inCall?: number | undefined;
}

/** How fast lanes and bots may go, in calls a minute. */
interface LanePaces {
  readonly lanes: readonly PacedLane[];
  /** Paces over all chats of a bot, by slug; missing for none. */
  readonly botPerMinute: ReadonlyMap<string, number>;
}

/** All that limits how fast objects are warmed. */
export interface WorkLimits extends LanePaces {
  /** Transfers at once. */
  readonly concurrency: number;
  readonly measured: WorkMeasures;
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
  const isMeasured = bytesPerSecond !== null && meanBytes > 0;
  return {
    lanes: lanesCeiling(limits),
    concurrency: (limits.concurrency * meanInCall(limits) * 60_000) / (transferMs ?? USUAL_TRANSFER_MS),
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
export function concurrencyFor(perMin: number, limits: Pick<WorkLimits, "lanes" | "measured">): number {
  const ms = limits.measured.transferMs ?? USUAL_TRANSFER_MS;
  return Math.ceil((perMin * ms * SPARE) / (60_000 * meanInCall(limits)));
}

/** Objects that a call of these lanes carries on the average. */
function meanInCall({ lanes }: Pick<LanePaces, "lanes">): number {
  const calls = lanes.reduce((sum, { perMinute }) => sum + perMinute, 0);
  return calls === 0 ? 1 : lanes.reduce((sum, lane) => sum + objectsOf(lane), 0) / calls;
}

function objectsOf({ perMinute, inCall = 1 }: PacedLane): number {
  return perMinute * inCall;
}

/** A bot's pace over all its chats is one of calls. */
function lanesCeiling({ lanes, botPerMinute }: LanePaces): number {
  const byBot = new Map<string, { calls: number; objects: number }>();
  for (const lane of lanes) {
    const own = byBot.get(lane.bot) ?? { calls: 0, objects: 0 };
    own.calls += lane.perMinute;
    own.objects += objectsOf(lane);
    byBot.set(lane.bot, own);
  }
  return [...byBot].reduce((sum, [bot, { calls, objects }]) => {
    const share = calls === 0 ? 0 : Math.min(1, (botPerMinute.get(bot) ?? calls) / calls);
    return sum + objects * share;
  }, 0);
}
