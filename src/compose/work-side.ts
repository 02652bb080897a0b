import type { Bell } from "../domain/bell.ts";
import type { Task } from "../domain/task.ts";
import type { PlanRules } from "../pipeline/plan.ts";
import { BotAvailability } from "../worker/bot-availability.ts";
import type { Breaker } from "../worker/breaker.ts";
import { DueRows } from "../worker/due-rows.ts";
import { EnqueuedEntries } from "../worker/enqueued-entries.ts";
import type { Watch } from "../worker/keep-warm.ts";
import { LedgerWatch } from "../worker/ledger-watch.ts";
import type { ScanDoor } from "../worker/source-scanner.ts";
import type { Engine } from "./engine.ts";
import type { KeepingOptions } from "./worker.ts";

/** What both sides are made of. */
export interface WorkParts {
  readonly engine: Engine;
  /** Rules for what is asked for by name. */
  readonly byName: PlanRules;
  readonly breaker: Breaker;
  /** Rung when something was asked for by name. */
  readonly asked: Bell;
  /** Called when a bot can send again whose work was skipped. */
  readonly onBack: () => void;
}

/** Where the work of a worker comes from besides its source, and where what the source has goes. */
export interface WorkSide {
  readonly watches: readonly Watch[];
  readonly door: ScanDoor;
  readonly skips: (bot: string) => boolean;
  /** Whether this worker reads the source. */
  readonly scans: () => boolean;
  /** `begin` is called when it begins to. */
  readonly onScans: (begin: () => void) => void;
  readonly takeBack: (task: Task) => void;
  /** Gives back what is left, once nothing runs any more. */
  readonly end: () => Promise<void>;
}

/** A worker that works alone asks the ledger for what waits, and queues all it finds itself. */
export function ownWork(
  { config, connections, ledger, events, stop }: KeepingOptions,
  parts: WorkParts,
): WorkSide {
  const { engine, byName: rules, breaker, asked, onBack } = parts;
  const { queue, lanes, intake, lost } = engine;
  const { clock } = connections;
  const { intervalMs } = config;
  const most = queue.capacity > 0 ? queue.capacity : Number.POSITIVE_INFINITY;
  const room = () => most - queue.length;
  const availability = new BotAvailability({ lanes, bots: engine.plan.bots });
  const asking = { events, ledger, intake, availability, rules };
  const entries = new EnqueuedEntries({ ...asking, clock, most, lost });
  const rows = new DueRows({ ...asking, room });
  const polled = { entries, rows, asked, intervalMs };
  const ledgerWatch = new LedgerWatch({ clock, stop, breaker, availability, onBack, ...polled });
  return {
    watches: [ledgerWatch],
    door: intake,
    skips: (bot) => availability.skips(bot),
    scans: () => true,
    onScans: () => {},
    takeBack: (task) => ledgerWatch.takeBack(task),
    end: async () => {},
  };
}
