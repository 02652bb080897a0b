import type { FleetPulse, FleetTarget, FleetWorker } from "../fleet-port.ts";
import { all, one, run, type Steps } from "../sql/steps.ts";
import { LEASE_S } from "./leases.ts";

const NOW = "clock_timestamp()";
const LEASE = `interval '${LEASE_S} seconds'`;
/** Where it stands that all workers are to take no work, also those that come later. */
const STOPPED = "fleet:stopped";

const epochOf = (moment: string) => `extract(epoch from ${moment}) * 1000`;

/** SQL: those of these rows of `prewarm_processes` that are workers and live. */
const workersOf = (
  rows: string,
) => `select p.id, p.pid, p.host, p.version, p.admin, ${epochOf("p.since")} as since,
    ${epochOf(`p.lease_until - ${LEASE}`)} as seen, coalesce(p.places, 0) as places, coalesce(p.active, 0) as active,
    coalesce(p.per_minute, 0) as "perMinute",
    p.stopped or exists (select 1 from prewarm_identity where key = '${STOPPED}') as stopped,
    exists (select 1 from prewarm_roles r where r.fence = p.id and r.lease_until > ${NOW}) as leads,
    p.shared as shares, coalesce(p.bots, '[]') as bots
  from ${rows} p where (p.shared or p.alone) and p.lease_until > ${NOW} order by p.id`;

const WORKERS = workersOf("prewarm_processes");

type WorkerRow = Omit<FleetWorker, "bots"> & { readonly bots: string };

function workerOf(row: WorkerRow): FleetWorker {
  return { ...row, bots: JSON.parse(row.bots) as string[] };
}

/** Returns all workers that live. */
export function* workers(): Steps<FleetWorker[]> {
  return (yield* all<WorkerRow>(WORKERS)).map(workerOf);
}

const PULSE = `with mine as (update prewarm_processes w set lease_until = ${NOW} + ${LEASE}, version = :version, places = :places,
    active = :active, per_minute = :perMinute, bots = :bots where w.id = :fence returning w.*),
  everybody as (select * from mine union all select o.* from prewarm_processes o where o.id <> :fence)
  ${workersOf("everybody")}`;

/** Says how a worker is; returns all that live. One statement. */
export function* pulse(fence: number, { bots, ...how }: FleetPulse): Steps<FleetWorker[]> {
  const rows = yield* all<WorkerRow>(PULSE, { ...how, fence, bots: JSON.stringify(bots) });
  return rows.map(workerOf);
}

const STOP_ONE = `update prewarm_processes p set stopped = :stopped
  where p.shared and p.lease_until > ${NOW} and (cast(:id as bigint) is null or p.id = cast(:id as bigint))`;
const STOP_ALL = `insert into prewarm_identity (key, value) values ('${STOPPED}', '1') on conflict (key) do nothing`;
const START_ALL = `delete from prewarm_identity where key = '${STOPPED}'`;

const ALL_STOPPED = `select 1 from prewarm_identity where key = '${STOPPED}'`;

/**
 * Stops or starts one worker, or all of them and those that come. Returns how many live ones that are; or that all are stopped, where one
 * is to start.
 */
export function* tell(action: "start" | "stop", whom: FleetTarget): Steps<number | "all_stopped"> {
  const stopped = action === "stop";
  if (whom !== "all") {
    if (!stopped && (yield* one(ALL_STOPPED)) !== undefined) return "all_stopped";
    return yield* run(STOP_ONE, { stopped, id: whom });
  }
  yield* run(stopped ? STOP_ALL : START_ALL);
  // Whoever starts all starts those as well that were stopped by themselves.
  return yield* run(STOP_ONE, { stopped: false, id: null });
}
