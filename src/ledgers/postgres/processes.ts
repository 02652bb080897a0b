import { hostname } from "node:os";
import { LedgerError } from "../error.ts";
import { all, one, run, type Steps } from "../sql/steps.ts";
import type { LedgerView } from "../view.ts";
import { abandonLanes } from "./lane-leases.ts";
import { LEASE_S } from "./leases.ts";

/** A process that writes to a ledger. */
export interface WritingProcess {
  /** Its fencing number. */
  readonly fence: number;
  readonly company: Company;
}

/**
 * With whom a process works: `guest`: with anybody; `shared`: a worker beside others that share the work, not beside one that works
 * alone; `alone`: the only worker.
 */
export type Company = "guest" | "shared" | "alone";

const NOW = "clock_timestamp()";
const LEASE = `${NOW} + interval '${LEASE_S} seconds'`;
const liveWorker = (
  which: string,
) => `select command, pid, host, since, admin, guarded, extract(epoch from lease_until - ${NOW}) as leaseS from prewarm_processes p
  where ${which} and p.lease_until > ${NOW} order by p.id limit 1`;
const LIVE_WORKER = liveWorker("(p.alone or p.shared)");
const LIVE_LONER = liveWorker("p.alone");

const FORGET = `delete from prewarm_processes where lease_until < ${NOW} - interval '1 day'`;
const ENTER = `insert into prewarm_processes (command, pid, host, alone, shared, lease_until)
  values (:command, :pid, :host, :alone, :shared, ${LEASE}) returning id`;
const ONE_AT_A_TIME =
  "select pg_advisory_xact_lock(hashtext('prewarm worker'), hashtext(cast(:schema as text))) as locked";

type Holder = NonNullable<LedgerView["holder"]>;
type HolderRow = Omit<Holder, "guarded"> & { readonly guarded: string | null; readonly leaseS: number };

/** A worker that is there, and for how many seconds it need not be heard of. */
export interface OtherWorker extends Holder {
  readonly leaseS: number;
}

/** Enters a process; or returns the worker beside which it cannot be. */
export function* enter(
  command: string,
  company: Company,
  schema: string,
): Steps<WritingProcess | OtherWorker> {
  if (company !== "guest") {
    yield* one(ONE_AT_A_TIME, { schema });
    const other = yield* foundWith(company === "alone" ? LIVE_WORKER : LIVE_LONER);
    if (other !== null) return other;
  }
  yield* run(FORGET);
  const row = yield* one<{ id: number }>(ENTER, {
    command,
    pid: String(process.pid),
    host: hostname(),
    alone: company === "alone",
    shared: company === "shared",
  });
  if (!row) throw new LedgerError("a process was not written", 1);
  return { fence: row.id, company };
}

/** The worker that is there now; of several that share the work the one that came first. */
export function workerThere(): Steps<LedgerView["holder"]> {
  return found(LIVE_WORKER);
}

function* found(worker: string): Steps<LedgerView["holder"]> {
  const other = yield* foundWith(worker);
  if (other === null) return null;
  const { leaseS: _, ...holder } = other;
  return holder;
}

function* foundWith(worker: string): Steps<OtherWorker | null> {
  const [row] = yield* all<HolderRow>(worker);
  return row === undefined ? null : { ...row, guarded: row.guarded === "1" };
}

const STAY = `update prewarm_processes p set lease_until = ${LEASE} + cast(:moreS as double precision) * interval '1 second' where p.id = :fence and (not p.alone
  or not exists (select 1 from prewarm_processes o where o.alone and o.id <> :fence and o.lease_until > ${NOW}))`;

/** Renews the lease of a process, for `moreS` seconds longer than usual; false where another one has taken its place. */
export function* stay({ fence }: WritingProcess, moreS: number): Steps<boolean> {
  return (yield* run(STAY, { fence, moreS })) > 0;
}

const TELL = `update prewarm_processes set admin = coalesce(:admin, admin), guarded = coalesce(:guarded, guarded)
  where id = :fence`;

/** Publishes the address of a process. */
export function* tellOf({ fence }: WritingProcess, fields: Readonly<Record<string, string>>): Steps<void> {
  yield* run(TELL, { fence, admin: fields.admin, guarded: fields.guarded });
}

const LEAVE = "delete from prewarm_processes where id = :fence";

/** Lets a process go. */
export function* leave({ fence }: WritingProcess): Steps<void> {
  yield* abandonLanes(fence);
  yield* run(LEAVE, { fence });
}
