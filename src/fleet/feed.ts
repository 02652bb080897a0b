import type { FleetLedger, LeadWork } from "../ledgers/fleet-port.ts";
import type { Ledger, QueuedEntry } from "../ledgers/port.ts";
import type { JobEngine, NewJob } from "./port.ts";

export interface FeedOptions {
  readonly engine: JobEngine;
  readonly ledger: Ledger;
  readonly fleet: FleetLedger;
  /** Slugs of the bots of this worker. */
  readonly bots: readonly string[];
}

/** Jobs in one statement. */
const PORTION = 500;
/** Jobs that the engine is to know of, over all bots; and of each of them at least and at most. */
const ALL = 5_000;
const [LEAST, MOST] = [20, 500];

/**
 * How many jobs of each bot the engine is to know of: some thousands together, so that none is far from its bot's next call.
 * @internal
 */
export function perBot(bots: number): number {
  return Math.min(MOST, Math.max(LEAST, Math.floor(ALL / Math.max(1, bots))));
}

/**
 * Tells the engine of rows and entries that wait, in portions, those first that go first, as far as there are some. What it is told twice
 * is one job, so the ledger is told after the engine. Returns how many. Throws LedgerError, and what the engine throws.
 */
export async function feed(options: FeedOptions, waiting: LeadWork): Promise<number> {
  const { engine, fleet, bots } = options;
  if (waiting.unranked) await fleet.rank();
  const entries = waiting.entries ? await fleet.unfedEntries() : [];
  await feedEntries(entries, options);
  const rows = waiting.rows ? await fleet.unfed(bots, perBot(bots.length)) : [];
  for (let at = 0; at < rows.length; at += PORTION) {
    const portion = rows.slice(at, at + PORTION);
    await engine.add(
      portion.map(({ rank, bot, content, kind }): NewJob => ({ rank, work: { bot, content, kind } })),
    );
    await fleet.fed(portion);
  }
  return entries.length + rows.length;
}

/** An entry for all bots becomes one for each of them: each ends by itself. */
async function feedEntries(
  entries: readonly QueuedEntry[],
  { engine, ledger, fleet, bots }: FeedOptions,
): Promise<void> {
  const shared = entries.filter(({ entry }) => entry.bot === undefined);
  if (shared.length > 0) {
    await ledger.enqueue(shared.flatMap(({ entry }) => bots.map((bot) => ({ ...entry, bot }))));
    await ledger.dequeue(shared.map(({ id }) => id));
  }
  const own = entries.filter(({ entry }) => entry.bot !== undefined);
  for (let at = 0; at < own.length; at += PORTION) {
    const portion = own.slice(at, at + PORTION);
    await engine.add(portion.map(jobOf));
    await fleet.entriesFed(portion.map(({ id }) => id));
  }
}

/** What was asked for by name goes before what only waits; its own priority counts for more than its size. */
function jobOf({ id, entry }: QueuedEntry): NewJob {
  const rank = -1 - 100 * Math.round(entry.priority ?? 0);
  return { rank: Math.max(-1_000_000, Math.min(1_000_000, rank)), work: { bot: entry.bot ?? "", entry: id } };
}
