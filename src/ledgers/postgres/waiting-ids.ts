import type { CanaryMessage, UnprovedId } from "../pack-port.ts";
import type { AttemptId } from "../port.ts";
import { leftCanaries, unproved } from "../sql/packs.ts";
import { run, type Steps } from "../sql/steps.ts";
import { LEASE_S } from "./leases.ts";

const NOW = "clock_timestamp()";
const UNPROVED = "state = 'unproved'";
/** A message that was posted to try an id, and is to be deleted. */
const CANARY = "state = 'ready' and purpose = 'canary'";

/** What a process left that is gone is whoever's asks for it first. */
const takeAll = (which: string) => `
  update prewarm_attempts set fence = :fence, lease_until = ${NOW} + interval '${LEASE_S} seconds'
  where id in (select id from prewarm_attempts where ${which} and bot_slug in (select value from json_each(:bots))
    and (fence = :fence or coalesce(lease_until <= ${NOW}, true)) for update skip locked)`;
const TAKE_UNPROVED = takeAll(UNPROVED);
const TAKE_CANARIES = takeAll(CANARY);

const LEAVE = `update prewarm_attempts set lease_until = null where fence = :fence and (${UNPROVED} or ${CANARY})`;
const LEAVE_ONE = `update prewarm_attempts set lease_until = null where id = :id and fence = :fence and ${UNPROVED}`;

/** Takes the ids that wait to be tried, and that no living process is about to try, under the lease of this one; returns them, the oldest first. */
export function* takeUnproved(fence: number, bots: readonly string[]): Steps<UnprovedId[]> {
  yield* run(TAKE_UNPROVED, { fence, bots: JSON.stringify(bots) });
  return yield* unproved(bots, fence);
}

/** The same of messages of canaries that no living process is about to delete. */
export function* takeCanaries(fence: number, bots: readonly string[]): Steps<CanaryMessage[]> {
  yield* run(TAKE_CANARIES, { fence, bots: JSON.stringify(bots) });
  return yield* leftCanaries(bots, fence);
}

/** Leaves one of these ids to whoever asks for it next. */
export function* leaveUnproved(fence: number, id: AttemptId): Steps<void> {
  yield* run(LEAVE_ONE, { fence, id });
}

/** Leaves what a process did not come to do to the next one. */
export function* leaveWaiting(fence: number): Steps<void> {
  yield* run(LEAVE, { fence });
}
