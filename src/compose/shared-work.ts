import { Bell } from "../domain/bell.ts";
import { JobTasks } from "../fleet/job-tasks.ts";
import { JobWatch } from "../fleet/job-watch.ts";
import { KeptTasks } from "../fleet/kept-tasks.ts";
import { LeadWatch } from "../fleet/lead.ts";
import type { JobEngine } from "../fleet/port.ts";
import { PulseWatch } from "../fleet/pulse.ts";
import type { FleetLedger, FleetPulse } from "../ledgers/fleet-port.ts";
import type { WorkParts, WorkSide } from "./work-side.ts";
import type { KeepingOptions } from "./worker.ts";

/** What a worker shares its work with others by. */
export interface FleetParts {
  readonly engine: JobEngine;
  readonly fleet: FleetLedger;
  /** The number of this worker. */
  readonly worker: number;
  /** What this worker says of itself. */
  readonly how: () => FleetPulse;
  /** Hears whether this worker may take work. */
  readonly works: (works: boolean) => void;
}

/** A worker of a fleet fetches jobs for the lanes that it has; one of them reads the source for all, and feeds the engine. */
export function sharedWork(given: KeepingOptions, shared: FleetParts, parts: WorkParts): WorkSide {
  const { config, events, connections, stop } = given;
  const { fleet, how, works, worker } = shared;
  const tell: Tell = (level, text) => events.emit("notice", { level, text });
  const away = tellOnce(tell);
  const led = (isLed: boolean) => lead.heard(isLed);
  const pulse = new PulseWatch({ clock: connections.clock, stop, fleet, how, works, worker, led });
  const jobs = jobWatch(given, shared, { ...parts, tell, away }, (bot) => pulse.isMine(bot));
  let begin = () => {};
  const lead = leadWatch(given, shared, { ...parts, tell, away, begin: () => begin() });
  return {
    watches: [lead, jobs, pulse],
    door: new KeptTasks(parts.engine.intake, fleet, () => parts.asked.ring()),
    skips: () => false,
    scans: () => lead.leads,
    backlog: () => lead.backlog(),
    onScans: (told) => {
      begin = told;
    },
    takeBack: (task) => jobs.takeBack(task),
    nextReports: (signal) => connections.clock.sleep(REPORTS_PART * config.intervalMs, signal),
    end: () => jobs.end(),
  };
}

/** Readers see what bots report at once, so that all workers need not hurry to take it over. */
const REPORTS_PART = 15;

type Tell = (level: "info" | "warn", text: string) => void;

interface SharedParts extends WorkParts {
  readonly tell: Tell;
  readonly away: (error: unknown) => void;
}

function jobWatch(
  { config, connections, ledger, events, stop, desk }: KeepingOptions,
  { engine, fleet }: FleetParts,
  { byName: rules, breaker, engine: line, tell, away }: SharedParts,
  isMine: (bot: string) => boolean,
): JobWatch {
  const { queue, lanes, intake, lost, inCall } = line;
  const { clock } = connections;
  const ended = new Bell();
  const onEnded = () => ended.ring();
  const { wall } = clock;
  const asked = { events, engine, ledger, fleet, intake, rules, lost };
  return new JobWatch({
    clock,
    stop,
    engine,
    lanes,
    queue,
    intake,
    inCall,
    fleet,
    isMine,
    ended,
    away,
    tasks: new JobTasks({ ...asked, away, onEnded, wall }),
    bots: line.plan.bots,
    most: queue.capacity > 0 ? queue.capacity : MOST_HERE,
    isPaused: () => !desk.running || breaker.isOpen,
    intervalMs: config.intervalMs,
    strange: (bot) =>
      tell("info", `work of bot ${bot}, which is not configured here, is left to other workers`),
  });
}

function leadWatch(
  { config, connections, ledger, stop }: KeepingOptions,
  { engine, fleet }: FleetParts,
  { engine: line, asked, tell, away, begin }: SharedParts & { readonly begin: () => void },
): LeadWatch {
  const onLead = () => {
    tell("info", "this worker leads: it reads the sources for all, and feeds the engine");
    begin();
  };
  const { clock } = connections;
  const fed = { engine, ledger, fleet, bots: line.plan.bots };
  return new LeadWatch({ ...fed, clock, stop, asked, away, onLead, intervalMs: config.intervalMs });
}

/** Tasks that wait in a worker whose queue has no bound. */
const MOST_HERE = 500;

/** Tells of trouble with the engine, each text once in a row: it is asked again and again. */
function tellOnce(tell: Tell): (error: unknown) => void {
  let last = "";
  return (error) => {
    const text = error instanceof Error ? error.message.split("\n")[0] : String(error);
    if (text !== undefined && text !== last)
      tell("warn", `the engine that hands out work does not answer (${text}): asking it again`);
    last = text ?? "";
  };
}
