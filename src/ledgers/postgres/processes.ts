import { hostname } from "node:os";
import { errorCode } from "../../domain/error-code.ts";
import { LedgerError } from "../error.ts";
import { all, one, run, type Steps } from "../sql/steps.ts";
import type { LedgerView } from "../view.ts";
import { abandonLanes } from "./lane-leases.ts";
import { LEASE_S } from "./leases.ts";
import { leaveWaiting } from "./waiting-ids.ts";

/** A process that writes to a ledger. */
export interface WritingProcess {
  /** Its fencing number. */
  readonly fence: number;
  readonly company: Company;
  /** The worker whose place it took. */
  readonly insteadOf?: OtherWorker | undefined;
}

/**
 * With whom a process works: `guest`: with anybody; `shared`: a worker beside others that share the work, not beside one that works
 * alone; `alone`: the only worker.
 */
export type Company = "guest" | "shared" | "alone";

const NOW = "clock_timestamp()";
const LEASE = `${NOW} + interval '${LEASE_S} seconds'`;
const liveProcess = (
  which: string,
) => `select id, command, pid, host, since, admin, guarded, extract(epoch from lease_until - ${NOW}) as leaseS from prewarm_processes p
  where ${which} and p.lease_until > ${NOW} order by p.id limit 1`;
const LIVE_WORKER = liveProcess("(p.alone or p.shared)");
const LIVE_WRITER = liveProcess("true");
const LIVE_LONER = liveProcess("p.alone");

const FORGET = `delete from prewarm_processes where lease_until < ${NOW} - interval '1 day'`;
const ENTER = `insert into prewarm_processes (command, pid, host, alone, shared, since, lease_until)
  values (:command, :pid, :host, :alone, :shared, ${NOW}, ${LEASE}) returning id`;
const ONE_AT_A_TIME =
  "select pg_advisory_xact_lock(hashtext('prewarm worker'), hashtext(cast(:schema as text))) as locked";

type Holder = NonNullable<LedgerView["holder"]>;
type HolderRow = Omit<OtherWorker, "guarded"> & { readonly guarded: string | null };

/** A worker that is there, and for how many seconds it need not be heard of. */
export interface OtherWorker extends Holder {
  /** Its fencing number. */
  readonly id: number;
  readonly leaseS: number;
}

/** Takes the place of a worker that still rests: one that was heard of meanwhile lives. */
const TAKE_PLACE = `delete from prewarm_processes where id = :id and lease_until > ${LEASE}`;

/** Enters a process; or returns the worker beside which it cannot be. One that rests and is known for dead is in nobody's way. */
export function* enter(
  command: string,
  company: Company,
  schema: string,
  isDead: (worker: Holder) => boolean,
): Steps<WritingProcess | OtherWorker> {
  let insteadOf: OtherWorker | undefined;
  if (company !== "guest") {
    yield* one(ONE_AT_A_TIME, { schema });
    const other = yield* foundWith(company === "alone" ? LIVE_WORKER : LIVE_LONER);
    if (other !== null) {
      const isFree =
        other.leaseS > LEASE_S && isDead(other) && (yield* run(TAKE_PLACE, { id: other.id })) > 0;
      if (!isFree) return other;
      yield* abandonLanes(other.id);
      insteadOf = other;
    }
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
  return { fence: row.id, company, insteadOf };
}

/**
 * Whether a worker is certainly no process any more: one of this machine whose number no other process has but, perhaps, this one. Two
 * containers can share the name of a machine and not its processes, so a worker that lives may be taken for dead: it learns of it at its
 * next write, before anything else.
 */
export function isGone({ pid, host }: { readonly pid: string; readonly host: string }): boolean {
  if (host !== hostname()) return false;
  if (Number(pid) === process.pid) return true;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}

/** The worker that is there now; of several that share the work the one that came first. */
export function workerThere(): Steps<LedgerView["holder"]> {
  return found(LIVE_WORKER);
}

/** The process that writes now, of several that came first; a run as well as a worker. */
export function writerThere(): Steps<LedgerView["holder"]> {
  return found(LIVE_WRITER);
}

function* found(which: string): Steps<LedgerView["holder"]> {
  const other = yield* foundWith(which);
  if (other === null) return null;
  const { leaseS: _, id: __, ...holder } = other;
  return holder;
}

function* foundWith(which: string): Steps<OtherWorker | null> {
  const [row] = yield* all<HolderRow>(which);
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
  yield* leaveWaiting(fence);
  yield* run(LEAVE, { fence });
}
