import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Emitter } from "../domain/events.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import type { FleetLedger } from "../ledgers/fleet-port.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { PlanOptions } from "../pipeline/plan.ts";
import { type Connections, transfersOf } from "./connect.ts";
import { type PlanParts, planOptionsOf } from "./plan.ts";

/** A ledger into which work is written that others do. */
export interface WorkLedger {
  readonly ledger: Ledger;
  readonly fleet: FleetLedger;
}

/** Opens the ledger of a configuration to write work into it. Throws ConfigError where it is none that is shared, and LedgerError. */
export async function openWorkLedger(
  config: Config,
  command: string,
  tell: (level: "warn" | "info", text: string) => void,
): Promise<WorkLedger> {
  if (!isPostgres(config.ledger))
    throw new ConfigError([
      `${config.ledger} is a ledger in SQLite, which one process writes to: \`prewarm run\` warms what it reads, and a worker takes entries by its admin API; for work that several workers share name a PostgreSQL by PREWARM_LEDGER=postgres://...`,
    ]);
  const { openSharedLedger } = await import("../ledgers/postgres.ts");
  return openSharedLedger({ url: config.ledger, command, tell });
}

export interface EnqueuePlanOptions {
  readonly config: Config;
  readonly options: RunOptions;
  readonly ledger: Ledger;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly signal: AbortSignal;
}

/** What is read, and what decides whether it is work: that of a run over the same source, for all configured bots. */
export function enqueuePlan({
  config,
  options,
  ledger,
  connections,
  events,
  signal,
}: EnqueuePlanOptions): PlanOptions {
  const { clock, storage, bots: found } = connections;
  const transfers = transfersOf(config, storage, options.transfer, () => {});
  const tell: PlanParts["tell"] = (level, text) => events.emit("notice", { level, text });
  return planOptionsOf({
    config,
    options,
    transfers,
    ledger,
    storage,
    clock,
    found,
    signal,
    tell,
  });
}
