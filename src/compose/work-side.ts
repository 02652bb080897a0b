import { Bell } from "../domain/bell.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import type { Task } from "../domain/task.ts";
import type { PlanRules } from "../pipeline/plan.ts";
import { AskingPace } from "../worker/asking-pace.ts";
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
  /** For how many milliseconds work of each bot has waited without a break, where this worker leads several. */
  readonly backlog: () => ReadonlyMap<string, number>;
  /** `begin` is called when it begins to. */
  readonly onScans: (begin: () => void) => void;
  readonly takeBack: (task: Task) => void;
  /** Resolves when it is time to look at what bots reported. */
  readonly nextReports: (signal: AbortSignal) => Promise<unknown>;
  /** Gives back what is left, once nothing runs any more. */
  readonly end: () => Promise<void>;
}

/** Real milliseconds between two questions to a server at most: after half an hour without anything to do. */
const LONGEST_MS = 10 * 60_000;

/** A worker that works alone asks the ledger for what waits, and queues all it finds itself. */
export function ownWork(
  { config, connections, ledger, events, stop }: KeepingOptions,
  parts: WorkParts,
): WorkSide {
  const { engine, byName: rules, breaker, asked, onBack } = parts;
  const { queue, pool, lanes, intake, lost } = engine;
  const { clock } = connections;
  const { intervalMs } = config;
  const most = queue.capacity > 0 ? queue.capacity : Number.POSITIVE_INFINITY;
  const room = () => most - queue.length;
  const availability = new BotAvailability({ lanes, bots: engine.plan.bots });
  const asking = { events, ledger, intake, availability, rules };
  const entries = new EnqueuedEntries({ ...asking, clock, most, lost });
  const rows = new DueRows({ ...asking, room });
  // A file is asked for next to nothing; a server may sleep, and is woken by each question.
  const sleeps = isPostgres(config.ledger);
  const longestMs = sleeps ? LONGEST_MS * clock.scale : intervalMs;
  const polled = new Bell();
  const ledgerWatch = new LedgerWatch({
    clock,
    stop,
    breaker,
    availability,
    onBack,
    entries,
    rows,
    asked,
    pace: new AskingPace({ clock, events, intervalMs, longestMs }),
    isBusy: () => queue.length > 0 || pool.active > 0,
    onPolled: async (pauseMs) => {
      polled.ring();
      await ledger.rest?.(pauseMs / clock.scale);
    },
  });
  return {
    watches: [ledgerWatch],
    door: intake,
    skips: (bot) => availability.skips(bot),
    scans: () => true,
    backlog: () => new Map(),
    onScans: () => {},
    takeBack: (task) => ledgerWatch.takeBack(task),
    nextReports: (signal) =>
      sleeps ? polled.wait(Number.POSITIVE_INFINITY, clock, signal) : clock.sleep(intervalMs, signal),
    end: async () => {},
  };
}
