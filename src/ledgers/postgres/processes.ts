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
  /** Another one that works alone must not be there. */
  readonly alone: boolean;
}

const NOW = "clock_timestamp()";
const LEASE = `${NOW} + interval '${LEASE_S} seconds'`;
const LIVE_WORKER = `select command, pid, host, since, admin, guarded from prewarm_processes p
  where p.alone and p.lease_until > ${NOW}`;

const FORGET = `delete from prewarm_processes where lease_until < ${NOW} - interval '1 day'`;
const ENTER = `insert into prewarm_processes (command, pid, host, alone, lease_until)
  values (:command, :pid, :host, :alone, ${LEASE}) returning id`;
const ONE_AT_A_TIME =
  "select pg_advisory_xact_lock(hashtext('prewarm worker'), hashtext(cast(:schema as text))) as locked";

type HolderRow = Omit<NonNullable<LedgerView["holder"]>, "guarded"> & { readonly guarded: string | null };

/** Enters a process; or returns who is there already, where it is to be alone. */
export function* enter(
  command: string,
  alone: boolean,
  schema: string,
): Steps<WritingProcess | NonNullable<LedgerView["holder"]>> {
  if (alone) {
    yield* one(ONE_AT_A_TIME, { schema });
    const other = yield* workerThere();
    if (other !== null) return other;
  }
  yield* run(FORGET);
  const row = yield* one<{ id: number }>(ENTER, {
    command,
    pid: String(process.pid),
    host: hostname(),
    alone,
  });
  if (!row) throw new LedgerError("a process was not written", 1);
  return { fence: row.id, alone };
}

/** The worker that is there now. */
export function* workerThere(): Steps<LedgerView["holder"]> {
  const [row] = yield* all<HolderRow>(`${LIVE_WORKER} order by p.id limit 1`);
  return row === undefined ? null : { ...row, guarded: row.guarded === "1" };
}

const STAY = `update prewarm_processes p set lease_until = ${LEASE} where p.id = :fence and (not p.alone
  or not exists (select 1 from prewarm_processes o where o.alone and o.id <> :fence and o.lease_until > ${NOW}))`;

/** Renews the lease of a process; false where another one has taken its place. */
export function* stay({ fence }: WritingProcess): Steps<boolean> {
  return (yield* run(STAY, { fence })) > 0;
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
