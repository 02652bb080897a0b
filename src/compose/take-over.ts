import type { Config } from "../config/config.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import type { ReportShelf } from "../ids/port.ts";
import { realPath } from "../ids/sqlite/real-path.ts";
import { ReportFile } from "../ids/sqlite/report-file.ts";
import type { Lanes } from "../lanes/lanes.ts";
import { TakeOver } from "../pipeline/take-over.ts";
import type { EngineOptions } from "./engine.ts";

type TakeOverParts = Pick<EngineOptions, "config" | "ledger" | "connections" | "events" | "stop">;

/** Milliseconds for which the holder of a ledger waits for a bot that is just writing its report. */
const BUSY_MS = 200;

/** The reports of bots beside the ledger of a configuration. Opens nothing yet. */
async function openReportShelf({ ledger }: Pick<Config, "ledger">): Promise<ReportShelf> {
  if (isPostgres(ledger)) return new (await import("../ids/postgres/shelf.ts")).PostgresShelf(ledger);
  return new ReportFile(realPath(ledger), { busyMs: BUSY_MS });
}

/** What takes over the reports of bots beside this ledger. `bots` are those for which objects are warmed. */
export async function openTakeOver(
  { config, ledger, connections, events, stop }: TakeOverParts,
  lanes: Lanes,
  bots: readonly string[],
): Promise<TakeOver> {
  const { clock, storage } = connections;
  return new TakeOver({
    clock,
    events,
    ledger,
    storage,
    lanes,
    shelf: await openReportShelf(config),
    bots: config.bots.map(({ slug }) => slug),
    warming: bots,
    draining: stop.draining,
  });
}
