import type { ContentId } from "../domain/content.ts";
import type { Failure } from "../domain/failure.ts";
import type { Confirmation, Query, StoredId } from "./port.ts";

/** An id that a bot got by sending the object itself. */
export interface Learned extends Query {
  readonly content: ContentId;
  readonly stored: StoredId;
  /** As in {@link Confirmation}. */
  readonly asked: Confirmation["asked"];
  readonly weakness: Failure | null;
  /** All bots of this run, as in {@link Confirmation}. */
  readonly bots: readonly string[];
}

/** An id as a bot finds it. */
export interface ServedId {
  readonly bot: string;
  readonly key: string;
  readonly fileId: string;
}

/** What bots learned of ids and report, for a ledger to take over. */
export interface ReportedIds {
  /** Stores an id that a bot learned; false, and nothing changes, where there is one that works. */
  learn(learned: Learned): Promise<boolean>;
  /** Whether bots find this id by this key. */
  isServed(id: ServedId): Promise<boolean>;
  /**
   * Marks an id that does not work any more, if bots still find it. Its row stays `ready`, but nobody finds the id, and the
   * object is warmed as if it had none.
   */
  markDead(id: ServedId): Promise<void>;
}
