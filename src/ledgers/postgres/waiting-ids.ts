import type { UnprovedId } from "../pack-port.ts";
import { unproved } from "../sql/packs.ts";
import { run, type Steps } from "../sql/steps.ts";
import { LEASE_S } from "./leases.ts";

const NOW = "clock_timestamp()";

/** Ids whose process is gone are whoever's asks for them first. */
const TAKE = `update prewarm_attempts set fence = :fence, lease_until = ${NOW} + interval '${LEASE_S} seconds'
  where id in (select a.id from prewarm_attempts a where a.state = 'unproved' and a.bot_slug in (select value from json_each(:bots))
    and (a.fence = :fence or coalesce(a.lease_until <= ${NOW}, true)) for update skip locked)`;

const LEAVE = "update prewarm_attempts set lease_until = null where fence = :fence and state = 'unproved'";

/** Takes the ids that wait to be tried, and that no living process is about to try, under the lease of this one; returns them, the oldest first. */
export function* takeUnproved(fence: number, bots: readonly string[]): Steps<UnprovedId[]> {
  yield* run(TAKE, { fence, bots: JSON.stringify(bots) });
  return yield* unproved(bots, fence);
}

/** Leaves the ids that a process did not come to try to the next one. */
export function* leaveUnproved(fence: number): Steps<void> {
  yield* run(LEAVE, { fence });
}
