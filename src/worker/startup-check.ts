import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { Result } from "../domain/result.ts";
import { type LaneToOpen, type LaneWish, lanesOf, preflight } from "../lanes/preflight.ts";
import type { Outside } from "./breaker.ts";

export interface StartupCheck {
  /** Every configured lane; those that cannot be sent to for now say why. */
  readonly lanes: readonly LaneToOpen[];
  /** Parts that do not answer at the moment. */
  readonly away: [part: Outside, failure: Failure][];
  /** What waiting does not fix: wrong credentials, or no chat to post in. */
  readonly fatal: Failure | null;
}

/**
 * Checks lanes and bucket before anything is started. A configuration error stops the worker; a transient outage does
 * not, since a machine that boots may be up before its network.
 */
export async function startupCheck(
  wishes: readonly LaneWish[],
  check: () => Promise<Result<void>>,
  clock: Clock,
): Promise<StartupCheck> {
  const [found, bucket] = await Promise.all([preflight(wishes, clock), check()]);
  const lanes = lanesOf(found);
  const closed = found.refused.map(({ failure }) => failure);
  const away: StartupCheck["away"] = [];
  if (!bucket.ok) away.push(["r2", bucket.failure]);
  if (!bucket.ok && bucket.failure.class === "auth") return { lanes, away, fatal: bucket.failure };
  if (found.open.length > 0) return { lanes, away, fatal: null };
  const outage = closed.find(({ class: cls }) => cls === "transient" || cls === "flood");
  if (outage) away.push(["telegram", outage]);
  return { lanes, away, fatal: outage ? null : (closed[0] ?? null) };
}
