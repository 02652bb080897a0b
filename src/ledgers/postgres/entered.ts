import { setTimeout as sleep } from "node:timers/promises";
import { PG_BOSS, PG_BOSS_NODE } from "../../domain/pg-boss.ts";
import { LedgerError } from "../error.ts";
import type { LedgerView } from "../view.ts";
import type { Database } from "./database.ts";
import { LEASE_S } from "./leases.ts";
import { type Company, enter, type WritingProcess } from "./processes.ts";

/** Milliseconds for which a worker waits for the lease of one that died. */
const FOR_LEASE_MS = (LEASE_S + 5) * 1000;
const ASK_EACH_MS = 1_000;

interface EnterOptions {
  readonly command: string;
  readonly company: Company;
  readonly schema: string;
  readonly place: string;
}

/**
 * Enters a process, once the worker beside which it cannot be has gone or its lease is over. Throws LedgerError (exit code 2) where that
 * lives.
 */
export async function entered(
  database: Database,
  { command, company, schema, place }: EnterOptions,
): Promise<WritingProcess> {
  for (const began = performance.now(); ; ) {
    const found = await database.write(() => enter(command, company, schema));
    if ("fence" in found) return found;
    if (performance.now() - began > FOR_LEASE_MS)
      throw new LedgerError(secondWorker(place, found, company), 2);
    await sleep(ASK_EACH_MS);
  }
}

function secondWorker(
  place: string,
  { command, pid, host, since }: NonNullable<LedgerView["holder"]>,
  company: Company,
): string {
  const there = `${place} is worked on by \`${command}\` (pid ${pid} on ${host}, since ${since} UTC)`;
  const pgBoss = `npm i pg-boss@${PG_BOSS} (Node ${PG_BOSS_NODE} or newer)`;
  return company === "shared"
    ? `${there}, which works alone; several workers share the work through pg-boss, which is not there on ${host}: ${pgBoss} and start that one again, or end it`
    : `${there}; several workers share the work through pg-boss, which is not there: ${pgBoss}, or end that one`;
}
