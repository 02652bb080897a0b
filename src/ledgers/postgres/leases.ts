import { TakenElsewhere } from "../../domain/shared-work.ts";
import type { AttemptFacts, AttemptId } from "../port.ts";
import { begin, paramsOf, recover } from "../sql/attempts.ts";
import { all, one, run, type Steps } from "../sql/steps.ts";
import type { Store } from "../sql/store.ts";

/** Seconds for which an attempt, and a worker, is its process's without a word from that. */
export const LEASE_S = 30;

/** The clock of the database, by which leases are judged: that of a machine may be wrong. */
const NOW = "clock_timestamp()";
const LEASE = `${NOW} + interval '${LEASE_S} seconds'`;

const OTHERS = `select 1 from prewarm_attempts a where a.sha256 = :content and a.bot_slug = :bot and a.kind = :kind
  and a.fence is distinct from cast(:fence as bigint)
  and (a.state = 'sending' or a.state in ('ready', 'unknown') and a.ended_at >= cast(:asked as timestamptz)) limit 1`;

/** SQL: an attempt's lease is not over. */
export const HELD = `lease_until > ${NOW}`;

const TAKE = `update prewarm_attempts set fence = :fence, lease_until = ${LEASE} where id = :id`;

/**
 * Begins an attempt under a lease. Throws {@link TakenElsewhere} where another process has one for the same row under way, or has
 * sent it since this one looked: the row is locked from the first statement on, so two that begin at once see each other.
 */
export function* beginLeased(store: Store, fence: number, facts: AttemptFacts, nth = 0): Steps<AttemptId> {
  const id = yield* begin(store, facts);
  const { bot, kind, content } = yield* paramsOf(store, facts);
  const asked = new Date(facts.askedAt ?? store.now()).toISOString();
  yield* take(fence, id);
  if (yield* one(OTHERS, { bot, kind, content, fence, asked })) throw new TakenElsewhere(nth);
  return id;
}

/** Puts an attempt that was just begun under a lease. */
export function* take(fence: number, id: AttemptId): Steps<AttemptId> {
  yield* run(TAKE, { id, fence });
  return id;
}

const RENEW = `update prewarm_attempts set lease_until = ${LEASE} where fence = :fence and state = 'sending'
  and ${HELD}`;

/** Renews the leases of a process's attempts; those that are over stay so. */
export function* renew(fence: number): Steps<void> {
  yield* run(RENEW, { fence });
}

const OVER = `select a.id from prewarm_attempts a where a.state = 'sending' and coalesce(a.lease_until <= ${NOW}, true)
  for update skip locked`;

/** Notes attempts whose lease is over, whoever made them, as in doubt, with their rows. Returns how many. */
export function* sweep(store: Store): Steps<number> {
  const over = yield* all<{ id: number }>(OVER);
  return over.length === 0
    ? 0
    : yield* recover(
        store,
        over.map(({ id }) => id),
      );
}
