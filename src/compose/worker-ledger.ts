import type { Config } from "../config/config.ts";
import type { WorkerConfig } from "../config/worker-config.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import { type LoadedEngine, loadEngine } from "../fleet/load.ts";
import type { JobEngine } from "../fleet/port.ts";
import type { FleetLedger } from "../ledgers/fleet-port.ts";
import type { Ledger } from "../ledgers/port.ts";
import { onceThere } from "./await-server.ts";
import { type LedgerWish, openLedger } from "./connect.ts";

/** The ledger of a worker, with what it shares the work with others by; null where it works alone. */
export interface WorkerLedger {
  readonly ledger: Ledger;
  readonly shared: {
    readonly engine: JobEngine;
    readonly fleet: FleetLedger;
    /** The number of this worker. */
    readonly worker: number;
  } | null;
}

/**
 * Opens the ledger of a worker. In PostgreSQL it shares its work with all other workers, where the engine for that is there; without
 * it, it is the only one. A server that is away is waited for. Throws LedgerError.
 */
export async function openWorkerLedger(
  config: Config,
  wish: Pick<LedgerWish, "command" | "tell">,
): Promise<WorkerLedger> {
  const loaded = isPostgres(config.ledger) ? await loadEngine() : null;
  const open = async (): Promise<WorkerLedger> => {
    if (loaded !== null && "module" in loaded) return openShared(config, wish, loaded);
    const ledger = await openLedger(config, { ...wish, onlyPlan: false, company: "alone" });
    return { ledger, shared: null };
  };
  return onceThere(open, wish.tell ?? (() => {}));
}

/** Why workers here cannot share their work, in words; null where they can. */
export async function whyAlone(env: NodeJS.ProcessEnv): Promise<string | null> {
  const loaded = await loadEngine(env);
  return "missing" in loaded ? loaded.missing : null;
}

/** Listens for rows that others write, where there is a connection for that; null where there is none. Throws LedgerError. */
export async function listenBeside(
  { ledger, listenUrl }: WorkerConfig,
  heard: { readonly onWork: () => void; readonly tell: (text: string) => void },
): Promise<{ close(): Promise<void> } | null> {
  if (listenUrl === undefined || !isPostgres(ledger)) return null;
  const { listenForWork } = await import("../ledgers/postgres-listen.ts");
  return listenForWork(listenUrl, ledger, heard);
}

async function openShared(
  config: Config,
  { command, tell = () => {} }: Pick<LedgerWish, "command" | "tell">,
  { module }: Extract<LoadedEngine, { module: unknown }>,
): Promise<WorkerLedger> {
  const [{ openSharedLedger }, { openEngine }] = await Promise.all([
    import("../ledgers/postgres.ts"),
    import("../fleet/engine.ts"),
  ]);
  const { ledger, fleet, worker, sql, schema, engineTrouble } = await openSharedLedger({
    url: config.ledger,
    command,
    company: "shared",
    tell,
  });
  try {
    const onError = (error: Error) =>
      tell("warn", `the engine that hands out work: ${error.message.split("\n")[0]}`);
    const engine = await openEngine({ module, sql, ledgerSchema: schema, onError });
    return { ledger, shared: { engine, fleet, worker } };
  } catch (error) {
    await ledger.close();
    throw engineTrouble(error);
  }
}
