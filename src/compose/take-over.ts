import type { Lanes } from "../lanes/lanes.ts";
import { TakeOver } from "../pipeline/take-over.ts";
import type { EngineOptions } from "./engine.ts";
import { openReportShelf } from "./ids.ts";

type TakeOverParts = Pick<EngineOptions, "config" | "ledger" | "connections" | "events" | "stop">;

/** What takes over the reports of bots beside this ledger. `bots` are those for which objects are warmed. */
export function openTakeOver(
  { config, ledger, connections, events, stop }: TakeOverParts,
  lanes: Lanes,
  bots: readonly string[],
): TakeOver {
  const { clock, storage } = connections;
  return new TakeOver({
    clock,
    events,
    ledger,
    storage,
    lanes,
    shelf: openReportShelf(config),
    bots: config.bots.map(({ slug }) => slug),
    warming: bots,
    draining: stop.draining,
  });
}
