import type { ContentId } from "../domain/content.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Task } from "../domain/task.ts";
import type { QueuedEntry, Selected } from "./port.ts";

/** A row that is work, by what tells it from all others. */
export interface WorkRow {
  readonly bot: string;
  readonly content: ContentId;
  readonly kind: MediaKind;
}

/** A row of which the engine does not know yet. */
export interface UnfedRow extends WorkRow {
  /** Lower goes first: small before large, and of one size photos before videos. */
  readonly rank: number;
}

/** What the ledger says of a row that the engine handed out. */
export interface RowNow extends WorkRow, Selected {
  /** Seconds until it may be tried; 0 for at once. */
  readonly dueInS: number;
  /** A process is sending it. */
  readonly underWay: boolean;
}

/** A worker of a fleet, as its row says it. */
export interface FleetWorker {
  readonly id: number;
  readonly pid: string;
  readonly host: string;
  readonly version: string | null;
  readonly admin: string | null;
  /** Unix milliseconds, by the clock of the database. */
  readonly since: number;
  readonly seen: number;
  readonly places: number;
  readonly active: number;
  /** Items that it ended in the last minute. */
  readonly perMinute: number;
  /** Somebody stopped it: it takes no work until it is started. */
  readonly stopped: boolean;
  /** It reads the sources and feeds the engine. */
  readonly leads: boolean;
  /** It shares the work with others. */
  readonly shares: boolean;
  /** Slugs of the bots that it can send by. */
  readonly bots: readonly string[];
}

/** What a worker says of itself. */
export interface FleetPulse {
  readonly version: string;
  readonly places: number;
  readonly active: number;
  readonly perMinute: number;
  readonly bots: readonly string[];
}

/** Whom a fleet is told about: one worker, or all. */
export type FleetTarget = number | "all";

/** What there is to do for whoever leads. */
export interface LeadWork {
  /** There are rows of which nobody has said how early they go. */
  readonly unranked: boolean;
  /** Entries, and rows that are due, of which the engine does not know. */
  readonly entries: boolean;
  readonly rows: boolean;
  /** The engine knows of something that is still work. */
  readonly fed: boolean;
  /** An attempt is under way whose lease is over. */
  readonly overdue: boolean;
}

/**
 * What a ledger in PostgreSQL has for workers that share its work. The ledger says what is work and what came of it; the engine,
 * which only hands it out, is filled from here and may be emptied at any moment. Methods throw LedgerError.
 */
export interface FleetLedger {
  /** What there is to do for whoever leads, asked by one statement. */
  waiting(bots: readonly string[]): Promise<LeadWork>;
  /** Notes attempts whose lease is over as in doubt. */
  sweep(): Promise<void>;
  /** Says how early rows go of which that is not known yet: those that others wrote. Returns how many. */
  rank(): Promise<number>;
  /** Rows of these bots that the engine does not know of, those that go first; as many of each bot as the engine is to know of `perBot`. */
  unfed(bots: readonly string[], perBot: number): Promise<UnfedRow[]>;
  /** Those of these bots for which something waits that is due. */
  botsWithWork(bots: readonly string[]): Promise<string[]>;
  /** The engine knows of these. */
  fed(rows: readonly WorkRow[]): Promise<void>;
  /** Entries that were asked for by name and that the engine does not know of, in the order of their arrival. */
  unfedEntries(): Promise<QueuedEntry[]>;
  entriesFed(ids: readonly number[]): Promise<void>;
  /**
   * The engine may not know any more of what it was told more than `ageS` seconds ago. Returns how many rows that is: a portion of them; 0 when
   * none are left.
   */
  unfeed(ageS: number): Promise<number>;
  /** What of these rows is still work. */
  rowsNow(rows: readonly WorkRow[]): Promise<RowNow[]>;
  /** These entries, as far as they wait. */
  entriesNow(ids: readonly number[]): Promise<QueuedEntry[]>;
  /**
   * Makes tasks work for whoever comes: a row in `warming`; an entry in the queue, where a row would not hold all that is to be
   * known of it. As a whole. Returns how many of them were none before.
   */
  keep(tasks: readonly Task[]): Promise<number>;
  /** Takes or renews a role, for as long as an attempt's lease; false while another process has it. */
  lead(role: string): Promise<boolean>;
  /** Gives a role back. */
  resign(role: string): Promise<void>;
  /** Says that this worker lives, and how it is. Returns all that live. */
  pulse(pulse: FleetPulse): Promise<FleetWorker[]>;
  /** All workers that live. */
  workers(): Promise<FleetWorker[]>;
  /** Stops or starts workers; each hears of it with its next pulse. Returns how many live ones that are; one alone does not start while all are stopped. */
  tell(action: "start" | "stop", whom: FleetTarget): Promise<number | "all_stopped">;
}
