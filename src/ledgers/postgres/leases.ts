import { type ContentId, isProvisional } from "../../domain/content.ts";
import { failure } from "../../domain/failure.ts";
import { LaneHeld, TakenElsewhere } from "../../domain/shared-work.ts";
import type { AttemptFacts, AttemptId } from "../port.ts";
import type { LaneName } from "../share-port.ts";
import { begin, paramsOf, recover } from "../sql/attempts.ts";
import { all, one, run, type Steps } from "../sql/steps.ts";
import { type Store, stamp } from "../sql/store.ts";

/** Seconds for which an attempt, and a worker, is its process's without a word from that. */
export const LEASE_S = 30;

/** The clock of the database, by which leases are judged: that of a machine may be wrong. */
const NOW = "clock_timestamp()";
const LEASE = `${NOW} + interval '${LEASE_S} seconds'`;

const ASKED = "cast(:asked as timestamptz)";

/**
 * SQL: attempt `a` was begun and has ended since this process looked. When it was begun, or heard of last, its lease tells more exactly than
 * moments that are kept to the second; it may have been begun before the look by what a transaction takes, but not by a process that had
 * left when this one came.
 */
const ENDED_SINCE = `a.ended_at >= date_trunc('second', ${ASKED}) and a.lease_until - interval '${LEASE_S} seconds' >=
  greatest(${ASKED} - interval '200 milliseconds', (select p.since from prewarm_processes p where p.id = cast(:fence as bigint)))`;

const OTHERS = `select 1 from prewarm_attempts a where a.sha256 = :content and a.bot_slug = :bot and a.kind = :kind
  and a.id <> :id and a.fence is distinct from cast(:fence as bigint)
  and (a.state = 'sending' or a.state = 'unproved' and a.lease_until > ${NOW}
    or a.state in ('ready', 'unknown') and ${ENDED_SINCE})`;

/** SQL: whether others have the lane, and how long that is not to be called. */
const OF_LANE = `
  exists (select 1 from prewarm_lane_leases l where l.bot_slug = :bot and l.chat_id = :chat and l.fence <> cast(:fence as bigint)
    and l.lease_until > ${NOW}) as elsewhere,
  greatest((select m.frozen_until from prewarm_lanes m where m.bot_slug = :bot and m.chat_id = :chat),
    (select b.frozen_until from prewarm_bot_paces b where b.bot_slug = :bot)) - extract(epoch from ${NOW}) * 1000 as frozenForMs`;

interface LaneWord {
  readonly elsewhere: boolean;
  readonly frozenForMs: number | null;
}

interface LastWord extends LaneWord {
  readonly taken: boolean;
}

/** SQL: an attempt's lease is not over. */
export const HELD = `lease_until > ${NOW}`;

const TAKE = `update prewarm_attempts set fence = :fence, lease_until = ${LEASE} where id = :id`;

/** The last word before a call, of its lane: alone, or said as its attempt is taken; of one that sends a row, whether others have that as well. */
const LANE_WORD = `select ${OF_LANE}`;
const TAKE_HEEDING = `${TAKE} returning ${OF_LANE}`;
const TAKE_TO_SEND = `${TAKE} returning exists (${OTHERS}) as taken, ${OF_LANE}`;

/** An id that waits to be tried, of a process that is gone, or stands still: its content is sent again, so that it is nobody's any more. */
const DROP_WAITING = `
  update prewarm_attempts set state = 'discarded', ended_at = :now, error_class = :class, error_reason = :reason, error_message = :message
  where sha256 = :content and bot_slug = :bot and kind = :kind and state = 'unproved' and fence is distinct from cast(:fence as bigint)`;
const DROPPED = failure(
  "process_died",
  "its process was not heard of before it had tried the id, and another one sent the object again",
);

/**
 * Begins an attempt under a lease. Throws {@link TakenElsewhere} where another process has one for the same row under way, or has
 * sent it since this one looked: the row is locked from the first statement on, so two that begin at once see each other; {@link LaneHeld}
 * where its lane is not to be called. An id of the same content that waits to be tried, and that no living process is about to try, is
 * dropped: it cannot be confirmed as well, even by a process that was only taken for dead.
 */
export function* beginLeased(store: Store, fence: number, facts: AttemptFacts, nth = 0): Steps<AttemptId> {
  const id = yield* begin(store, facts);
  const { bot, kind, content, chat } = yield* paramsOf(store, facts);
  const asked = new Date(facts.askedAt ?? store.now()).toISOString();
  const word = yield* one<LastWord>(TAKE_TO_SEND, { id, bot, kind, content, chat, fence, asked });
  if (word?.taken) throw new TakenElsewhere(nth);
  heed(word);
  const { class: cls, reason, message } = DROPPED;
  const why = { class: cls, reason, message, now: stamp(store.now()) };
  yield* run(DROP_WAITING, { bot, kind, content, fence, ...why });
  return id;
}

/** Puts an attempt that sends no row under a lease. Throws {@link LaneHeld} where its lane is not to be called. */
export function* takeHeeding(fence: number, id: AttemptId, { bot, chat }: LaneName): Steps<AttemptId> {
  heed(yield* one<LaneWord>(TAKE_HEEDING, { id, bot, chat, fence }));
  return id;
}

/** Asks right before a call that sends no row whether its lane may be called. Throws {@link LaneHeld}. */
export function* heedLane(fence: number, { bot, chat }: LaneName): Steps<void> {
  heed(yield* one<LaneWord>(LANE_WORD, { bot, chat, fence }));
}

function heed(word: LaneWord | undefined): void {
  if (word?.elsewhere) throw new LaneHeld(null);
  if (word && (word.frozenForMs ?? 0) > 0) throw new LaneHeld(word.frozenForMs);
}

/**
 * Has whoever learns what content is wait for others that learn the same: they write to the rows of all bots that have it, each in an
 * order of its own. Content that is only known by its marks is nobody else's.
 */
export function* alone<T>(content: ContentId, work: () => Steps<T>): Steps<T> {
  if (!isProvisional(content)) yield* one(ONE_AT_A_TIME, { content });
  return yield* work();
}

const ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended(cast(:content as text), 1)) as locked";

/** Puts an attempt that was just begun under a lease. */
export function* take(fence: number, id: AttemptId): Steps<AttemptId> {
  yield* run(TAKE, { id, fence });
  return id;
}

const RENEW = `update prewarm_attempts set lease_until = ${LEASE} where id in (select a.id from prewarm_attempts a
  where a.fence = :fence and (a.state = 'sending' or a.state = 'unproved' or a.state = 'ready' and a.purpose = 'canary') and a.${HELD} for update skip locked)`;

/**
 * Renews the leases of a process's attempts; those that are over stay so. One that somebody is just writing to has its turn at the next
 * renewal: waiting for it with the others in hand is how two processes wait for each other.
 */
export function* renew(fence: number): Steps<void> {
  yield* run(RENEW, { fence });
}

/** SQL: attempts under way whose lease is over. */
export const OVERDUE = `select a.id from prewarm_attempts a where a.state = 'sending' and coalesce(a.lease_until <= ${NOW}, true)`;
const OVER = `${OVERDUE} for update skip locked`;

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
