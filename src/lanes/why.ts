import { type Failure, failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Lane } from "./lane.ts";

/** Why nothing (of this kind) can be posted by this bot. */
export function whyNothingGoes(lanes: readonly Lane[], bot: string, kind: MediaKind): Failure {
  const own = lanes.filter((lane) => lane.bot.slug === bot);
  if (own.some(({ closed }) => closed === null))
    return failure("kind_not_allowed", `no warmup chat of bot ${bot} takes a ${kind}`);
  const why = own[0]?.closed?.message;
  return failure("no_lane_left", `bot ${bot} has no warmup chat left to send to${why ? `: ${why}` : ""}`);
}

/** Why this bot cannot send within `patienceMs` of now, a moment of the engine's clock; null when it can. */
export function whyNotSoon(
  lanes: readonly Lane[],
  bot: string,
  now: number,
  patienceMs: number,
): Failure | null {
  const own = lanes.filter((lane) => lane.bot.slug === bot);
  const open = own.filter(({ closed }) => closed === null);
  if (open.length === 0)
    return own[0]?.closed ?? failure("no_lane_left", `bot ${bot} has no warmup chat to send to`);
  const leftMs = Math.min(...open.map(({ frozenUntil }) => frozenUntil)) - now;
  if (leftMs <= patienceMs) return null;
  const seconds = Math.ceil(leftMs / 1000);
  return failure(
    "flood_wait",
    `Telegram asked bot ${bot} to wait; all its lanes are frozen for ${seconds} s`,
  );
}
