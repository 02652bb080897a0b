import { run, type Steps } from "../sql/steps.ts";
import { LEASE_S } from "./leases.ts";

const NOW = "clock_timestamp()";

const TAKE = `insert into prewarm_roles as r (name, fence, lease_until) values (:role, :fence, ${NOW} + interval '${LEASE_S} seconds')
  on conflict (name) do update set fence = excluded.fence, lease_until = excluded.lease_until
  where r.fence = excluded.fence or r.lease_until <= ${NOW}`;

/** Takes or renews a role under a lease; false while another process has it. */
export function* lead(fence: number, role: string): Steps<boolean> {
  return (yield* run(TAKE, { fence, role })) > 0;
}

const RESIGN = "delete from prewarm_roles where name = :role and fence = :fence";

/** Gives a role back. */
export function* resign(fence: number, role: string): Steps<void> {
  yield* run(RESIGN, { fence, role });
}
