import { LIMITS } from "../domain/limits.ts";

/** How fast lanes and bots may go, in calls a minute. */
export interface LanePaces {
  /** One entry a lane: its bot and its pace. */
  readonly lanes: readonly { readonly bot: string; readonly perMinute: number }[];
  /** Paces over all chats of a bot, by slug; missing for none. */
  readonly botPerMinute: ReadonlyMap<string, number>;
}

export interface ForecastInput extends LanePaces {
  /** Objects to be warmed. */
  readonly toWarm: number;
}

export interface Forecast {
  /** Objects a minute at the most. */
  readonly ceilingPerMin: number;
  /** Seconds; null when nothing can be sent. */
  readonly etaSeconds: number | null;
  readonly advice: readonly string[];
}

/** What these lanes can do at the most, how long the work takes at that pace, and what would make it faster. */
export function forecast({ toWarm, lanes, botPerMinute }: ForecastInput): Forecast {
  const ceilingPerMin = ceiling(lanes, botPerMinute);
  const etaSeconds = toWarm === 0 ? 0 : ceilingPerMin === 0 ? null : Math.ceil((toWarm / ceilingPerMin) * 60);
  return { ceilingPerMin, etaSeconds, advice: adviceFor(toWarm, lanes, botPerMinute, ceilingPerMin) };
}

function ceiling(lanes: ForecastInput["lanes"], botPerMinute: ForecastInput["botPerMinute"]): number {
  const byBot = new Map<string, number>();
  for (const { bot, perMinute } of lanes) byBot.set(bot, (byBot.get(bot) ?? 0) + perMinute);
  return [...byBot].reduce((sum, [bot, pace]) => sum + Math.min(pace, botPerMinute.get(bot) ?? pace), 0);
}

/** Seconds of work below which creating channels is not worth it. */
const WORTH_ADVICE_S = 120;
const MORE_LANES = 7;

function adviceFor(
  toWarm: number,
  lanes: ForecastInput["lanes"],
  botPerMinute: ForecastInput["botPerMinute"],
  now: number,
): string[] {
  const first = lanes[0];
  if (!first || now === 0 || (toWarm / now) * 60 < WORTH_ADVICE_S) return [];
  const pace = LIMITS.pace.groupPerMinute;
  const more = Array.from({ length: MORE_LANES }, () => ({ bot: first.bot, perMinute: pace }));
  const then = ceiling([...lanes, ...more], botPerMinute);
  if (then <= now)
    return ["this bot is at its limit over all chats: a second bot with channels of its own goes faster"];
  return [
    `${MORE_LANES} more channels: ${Math.round(then)}/min, ${spell((toWarm / then) * 60)} instead of ${spell((toWarm / now) * 60)}`,
  ];
}

function spell(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 60
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
}
