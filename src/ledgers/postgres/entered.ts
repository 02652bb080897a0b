import type { Clock } from "../../domain/clock.ts";
import { PG_BOSS, PG_BOSS_NODE } from "../../domain/pg-boss.ts";
import { LedgerError } from "../error.ts";
import type { LedgerView } from "../view.ts";
import type { Database } from "./database.ts";
import { LEASE_S } from "./leases.ts";
import type { TellAway } from "./patience.ts";
import { type Company, enter, isGone, type OtherWorker, type WritingProcess } from "./processes.ts";

/** Seconds for which a worker waits for the lease of one that died, and by which it waits longer than a lease. */
const [FOR_LEASE_S, MARGIN_S] = [LEASE_S + 5, 5];
const ASK_EACH_MS = 1_000;

interface EnterOptions {
  readonly command: string;
  readonly company: Company;
  readonly schema: string;
  readonly place: string;
  readonly tell: TellAway;
  readonly clock: Clock;
}

/**
 * Enters a process, once the worker beside which it cannot be has gone or its lease is over. Throws LedgerError (exit code 2) where that
 * lives.
 */
export async function entered(
  database: Database,
  { command, company, schema, place, tell, clock }: EnterOptions,
): Promise<WritingProcess> {
  const began = clock.now();
  let [most, last] = [FOR_LEASE_S, Number.POSITIVE_INFINITY];
  for (;;) {
    const found = await database.write(() => enter(command, company, schema, isGone));
    if ("fence" in found) {
      if (found.insteadOf) tell("info", takenFrom(place, found.insteadOf));
      return found;
    }
    const waited = (clock.now() - began) / 1000;
    if (last === Number.POSITIVE_INFINITY && found.leaseS > LEASE_S) {
      most = found.leaseS + MARGIN_S;
      tell("warn", resting(place, found));
    }
    // It was heard of meanwhile.
    const lives = found.leaseS > last;
    if (waited > most || (lives && waited > FOR_LEASE_S))
      throw new LedgerError(secondWorker(place, found, company), 2);
    last = found.leaseS;
    await clock.sleep(ASK_EACH_MS);
  }
}

function takenFrom(place: string, { command, pid, host }: OtherWorker): string {
  return `${place} was worked on by \`${command}\` (pid ${pid} on ${host}), which rested and is gone: this one takes its place`;
}

function resting(place: string, { command, pid, host, leaseS }: OtherWorker): string {
  return `${place} is worked on by \`${command}\` (pid ${pid} on ${host}), which rests: whether it still lives shows within ${Math.ceil(leaseS)} s, waiting for that`;
}

function secondWorker(
  place: string,
  { command, pid, host, since }: NonNullable<LedgerView["holder"]>,
  company: Company,
): string {
  const there = `${place} is worked on by \`${command}\` (pid ${pid} on ${host}, since ${since} UTC)`;
  const pgBoss = `npm i pg-boss@${PG_BOSS} (Node ${PG_BOSS_NODE} or newer`;
  return company === "shared"
    ? `${there}, which works alone; several workers share the work through pg-boss, which is not there on ${host}: ${pgBoss}) and start that one again, or end it`
    : `${there}; several workers share the work through pg-boss: ${pgBoss}; this is ${globalThis.process.versions.node}), or end that one`;
}
