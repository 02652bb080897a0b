import type { Failure } from "../domain/failure.ts";
import type { LedgerRow, RowFilter } from "./columns.ts";
import type { FailedRow } from "./failed-row.ts";
import type { KeyIds } from "./lookup-rows.ts";
import type { PastAttempt } from "./past-attempt.ts";
import type { Identity } from "./port.ts";
import type { LedgerView } from "./view.ts";

/** A ledger as it is read page by page, beside whoever writes to it. What it yields is in an order of its own that stays the same. */
export interface LedgerReader {
  readonly place: string;
  /** The live process that writes to it. */
  holder(): Promise<LedgerView["holder"]>;
  /** Why a run with this identity would be refused; null if it would not. */
  stranger(identity: Identity): Promise<Failure | null>;
  /** Slugs of all bots that have a row. */
  bots(): Promise<string[]>;
  /** All rows, in pages. */
  rows(filter: RowFilter): AsyncIterable<LedgerRow[]>;
  /** What failed or is unknown, in pages. */
  failures(filter: {
    readonly bots?: readonly string[] | undefined;
    readonly reasons?: readonly string[] | undefined;
  }): AsyncIterable<FailedRow[]>;
  /** All calls to Telegram that it remembers, in pages, the latest first. */
  attempts(): AsyncIterable<PastAttempt[]>;
  /** What there is for a key; null where it has no such key. */
  ofKey(key: string): Promise<KeyIds | null>;
  /** Keys that this one may have been meant to be, `most` at most. */
  near(key: string, spellings: readonly string[], most: number): Promise<string[]>;
  close(): Promise<void>;
}
