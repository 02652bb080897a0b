import type { ContentId } from "../domain/content.ts";
import type { MediaKind } from "../domain/media.ts";

/** What a job is about, by names of the ledger, which holds all else: a row of it, or an entry that was asked for by name. */
export type JobWork =
  | { readonly bot: string; readonly content: ContentId; readonly kind: MediaKind }
  | { readonly bot: string; readonly entry: number };

/** A job to be handed out. */
export interface NewJob {
  readonly work: JobWork;
  /** Lower goes first. */
  readonly rank: number;
}

/** A job that was handed to this worker: it is this worker's for as long as it is kept. */
export interface HeldJob extends NewJob {
  readonly id: string;
  /** The fence: how often it was handed out before. */
  readonly retryCount: number;
  /** How often our own code could not handle it. */
  readonly fails: number;
}

/**
 * Hands work out to the workers of a fleet, each job to one of them at a time. It owns no outcome: the ledger says what is work, and
 * a job that is lost is made again from there. Methods throw what the database throws; then nothing was done, or nobody knows.
 */
export interface JobEngine {
  /** Adds jobs; those that are there already, in whatever hands, stay as they are. */
  add(jobs: readonly NewJob[]): Promise<void>;
  /** Takes the jobs that go first, at most so many, none of these bots. */
  fetch(most: number, exceptBots: readonly string[]): Promise<HeldJob[]>;
  /** Says that these are worked on. Returns the ids of those that still are this worker's. */
  touch(jobs: readonly HeldJob[]): Promise<ReadonlySet<string>>;
  /** Drops jobs that are not work any more. */
  drop(jobs: readonly HeldJob[]): Promise<void>;
  /** Gives jobs back, to be handed out again after so many seconds of the database's clock. It is no try. */
  putBack(jobs: readonly HeldJob[], seconds: number): Promise<void>;
  /** Our own code could not handle these; after a few such tries they are dead letters. */
  failed(jobs: readonly HeldJob[], why: string): Promise<void>;
  /** Hands out again, before all else, what no worker has kept for too long, and clears up. For one worker at a time. */
  lookAfter(): Promise<void>;
  /** False once after all that it was told has been lost; it is whole again then. */
  isWhole(): Promise<boolean>;
  close(): Promise<void>;
}
