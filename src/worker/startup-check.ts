import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { Result } from "../domain/result.ts";
import { assumedChat, type LaneFound, type LaneWish, preflight } from "../lanes/preflight.ts";
import type { Outside } from "./breaker.ts";

export interface StartupCheck {
  /** Every lane that was wished for; those that cannot be sent to for now say why. */
  readonly lanes: readonly (LaneFound & { readonly closed?: Failure | undefined })[];
  /** Parts that do not answer for now. */
  readonly away: [part: Outside, failure: Failure][];
  /** What no waiting mends: wrong credentials, no chat to post in. */
  readonly fatal: Failure | null;
}

/**
 * Tries lanes and bucket before anything is begun. A mistake in the configuration ends a worker at once; weather does not,
 * since a machine that boots may well be there before its network.
 */
export async function startupCheck(
  wishes: readonly LaneWish[],
  check: () => Promise<Result<void>>,
  clock: Clock,
): Promise<StartupCheck> {
  const [found, bucket] = await Promise.all([preflight(wishes, clock), check()]);
  const closed = found.refused.map(({ wish: { bot, chat }, failure }) => ({
    bot,
    chat: assumedChat(chat),
    closed: failure,
  }));
  const lanes = [...found.open, ...closed];
  const away: StartupCheck["away"] = [];
  if (!bucket.ok) away.push(["r2", bucket.failure]);
  if (!bucket.ok && bucket.failure.class === "auth") return { lanes, away, fatal: bucket.failure };
  if (found.open.length > 0) return { lanes, away, fatal: null };
  const weather = closed.find(({ closed: { class: cls } }) => cls === "transient" || cls === "flood")?.closed;
  if (weather) away.push(["telegram", weather]);
  return { lanes, away, fatal: weather ? null : (closed[0]?.closed ?? null) };
}
