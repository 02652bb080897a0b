import { createHash } from "node:crypto";
import type { FleetWorker } from "../ledgers/fleet-port.ts";

/** A worker that takes work, and the bots that it can send by. */
export interface AssignedWorker {
  readonly id: number;
  /** Null where all bots are meant. */
  readonly bots: readonly string[] | null;
}

/** Milliseconds: one that has not been heard of for so long, three pulses, takes no work. */
const SILENT_MS = 15_000;

/**
 * The workers that work is divided among, as worker `self` sees them: those that share it, were not stopped, and have been heard of lately.
 * One that was only slow keeps the lanes that it has; others ask for them in good time.
 */
export function takers(workers: readonly FleetWorker[], self: number): FleetWorker[] {
  const now = workers.find(({ id }) => id === self)?.seen ?? 0;
  return workers.filter(({ shares, stopped, seen }) => shares && !stopped && now - seen < SILENT_MS);
}

/**
 * Decides which worker asks for the lanes of which bot, so that each has as many as the others and nobody asks in vain. All workers
 * come to the same answer by themselves; when one comes or goes most bots stay where they are. Returns the bots of each worker.
 */
export function assign(
  bots: readonly string[],
  workers: readonly AssignedWorker[],
): Map<number, ReadonlySet<string>> {
  const loads = new Map<number, Set<string>>(workers.map(({ id }) => [id, new Set()]));
  const most = Math.ceil(bots.length / Math.max(1, workers.length));
  for (const bot of [...bots].sort()) {
    const able = workers.filter((worker) => worker.bots?.includes(bot) ?? true);
    const ranked = able.map(({ id }) => ({ id, weight: weightOf(bot, id) }));
    ranked.sort((a, b) => (a.weight < b.weight ? -1 : 1));
    const free = ranked.find(({ id }) => (loads.get(id)?.size ?? 0) < most);
    const chosen = free ?? ranked[0];
    if (chosen) loads.get(chosen.id)?.add(bot);
  }
  return loads;
}

function weightOf(bot: string, worker: number): string {
  return createHash("sha256").update(`${worker}/${bot}`).digest("hex");
}
