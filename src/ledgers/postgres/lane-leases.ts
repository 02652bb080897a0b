import type { KeptLanes, LaneLeft, LaneName, OthersLane, TakenLane } from "../share-port.ts";
import { all, run, type Steps } from "../sql/steps.ts";
import { lastCalls } from "./lane-calls.ts";
import { LEASE_S } from "./leases.ts";

const NOW = "clock_timestamp()";
const NOW_MS = `extract(epoch from ${NOW}) * 1000`;
const LEASE = `${NOW} + interval '${LEASE_S} seconds'`;
/** How long a wish for a lane holds that is not repeated. */
const WISH = `${NOW} + interval '5 seconds'`;

const LANES = "json_array_elements(cast(:lanes as json)) as e (value)";
const SAME = "l.bot_slug = e.value ->> 'bot' and l.chat_id = e.value ->> 'chat'";

/** A lane without an owner, or with one whose lease is over, goes to whoever is next, or to the first who asks. */
const TAKE = `
  insert into prewarm_lane_leases as l (bot_slug, chat_id, fence, lease_until)
  select e.value ->> 'bot', e.value ->> 'chat', cast(:fence as bigint), ${LEASE} from ${LANES} order by 1, 2
  on conflict (bot_slug, chat_id) do update set fence = excluded.fence, lease_until = excluded.lease_until,
    next_fence = null, next_until = null
  where (l.fence is null or l.fence = excluded.fence or l.lease_until <= ${NOW})
    and (l.next_fence is null or l.next_fence = excluded.fence or l.next_until <= ${NOW})`;

const WISH_FOR = `
  update prewarm_lane_leases as l set next_fence = cast(:fence as bigint), next_until = ${WISH}, next_has = (select count(*)
    from prewarm_lane_leases o where o.fence = cast(:fence as bigint) and o.lease_until > ${NOW}) from ${LANES}
  where ${SAME} and l.fence is distinct from cast(:fence as bigint)
    and (l.next_fence is null or l.next_fence = cast(:fence as bigint) or l.next_until <= ${NOW})`;

/** SQL: for how long lane `l` is not to be called. */
const FROZEN_FOR = `greatest(0, coalesce(m.frozen_until, 0) - ${NOW_MS}, coalesce(b.frozen_until, 0) - ${NOW_MS})`;
const FREEZES = `left join prewarm_lanes m on m.bot_slug = l.bot_slug and m.chat_id = l.chat_id
  left join prewarm_bot_paces b on b.bot_slug = l.bot_slug`;

const LOOK = `
  select l.bot_slug as bot, l.chat_id as chat, l.fence is not distinct from cast(:fence as bigint) as isOurs, l.lost,
    l.last_fence is not distinct from cast(:fence as bigint) as again, l.found, extract(epoch from l.next_at - ${NOW}) * 1000 as nextInMs, ${FROZEN_FOR} as frozenForMs,
    m.pace, ${NOW_MS} - m.pace_at as paceAgeMs, p.command, p.pid, p.host
  from ${LANES} join prewarm_lane_leases l on ${SAME} ${FREEZES}
  left join prewarm_processes p on p.id = l.fence`;

/** What was left is used up by that; an owner that leaves nothing is lost. */
const USED = `
  update prewarm_lane_leases as l set lost = true, last_fence = cast(:fence as bigint) from ${LANES} where ${SAME}`;

interface LeaseRow extends LaneName {
  readonly isOurs: boolean;
  readonly lost: boolean;
  readonly again: boolean;
  readonly found: string | null;
  readonly nextInMs: number | null;
  readonly frozenForMs: number;
  readonly pace: number | null;
  readonly paceAgeMs: number | null;
  readonly command: string | null;
  readonly pid: string | null;
  readonly host: string | null;
}

/** Takes the lanes that are to be had; asks for the others. */
export function* takeLanes(fence: number, lanes: readonly LaneName[]): Steps<(TakenLane | OthersLane)[]> {
  const asked = { fence, lanes: JSON.stringify(lanes) };
  yield* run(TAKE, asked);
  const rows = yield* all<LeaseRow>(LOOK, asked);
  const [ours, others] = [rows.filter(({ isOurs }) => isOurs), rows.filter(({ isOurs }) => !isOurs)];
  if (others.length > 0) yield* run(WISH_FOR, { fence, lanes: namesOf(others) });
  if (ours.length === 0) return others.map(othersLane);
  const agesOf = yield* lastCalls(ours);
  yield* run(USED, { fence, lanes: namesOf(ours) });
  return [...ours.map((row) => takenLane(row, agesOf(row))), ...others.map(othersLane)];
}

function takenLane(row: LeaseRow, callAgesMs: readonly number[]): TakenLane {
  const { bot, chat, again, lost, frozenForMs, pace, paceAgeMs, found, nextInMs } = row;
  const left = lost || nextInMs === null ? null : { nextInMs, found };
  return { bot, chat, isOurs: true, again, frozenForMs, pace, paceAgeMs, left, callAgesMs };
}

function othersLane({ bot, chat, command, pid, host }: LeaseRow): OthersLane {
  const owner = command === null || pid === null || host === null ? null : { command, pid, host };
  return { bot, chat, isOurs: false, owner };
}

function namesOf(lanes: readonly LaneName[]): string {
  return JSON.stringify(lanes.map(({ bot, chat }) => ({ bot, chat })));
}

const LEAVE = `
  update prewarm_lane_leases as l set fence = null, lost = false, found = e.value ->> 'found',
    next_at = ${NOW} + cast(e.value ->> 'nextInMs' as double precision) * interval '1 millisecond' from ${LANES}
  where ${SAME} and l.fence = cast(:fence as bigint)`;

/** Hands lanes on, with what the next owner has to know. */
export function* leaveLanes(fence: number, lanes: readonly LaneLeft[]): Steps<void> {
  yield* run(LEAVE, { fence, lanes: JSON.stringify(lanes) });
}

const LEAVE_ALL = "update prewarm_lane_leases set fence = null where fence = :fence";

/** Lets go of all lanes of a process that is going, and leaves nothing. */
export function* abandonLanes(fence: number): Steps<void> {
  yield* run(LEAVE_ALL, { fence });
}

const KEEP = `
  with kept as (update prewarm_lane_leases as k set lease_until = ${LEASE} where k.fence = :fence and k.lease_until > ${NOW}
    returning k.bot_slug, k.chat_id, case when k.next_until > ${NOW} then k.next_has end as has)
  select l.bot_slug as bot, l.chat_id as chat, l.has as wantedBy, ${FROZEN_FOR} as frozenForMs from kept l ${FREEZES}`;

/** Renews the leases of a process's lanes; those that are over stay so. Returns the lanes that it still has. */
export function* keepLanes(fence: number): Steps<KeptLanes["lanes"]> {
  return yield* all<KeptLanes["lanes"][number]>(KEEP, { fence });
}
