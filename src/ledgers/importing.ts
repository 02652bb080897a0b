import type { Failure } from "../domain/failure.ts";
import type { LedgerRow } from "./columns.ts";

/** A line to be taken in, and where it stands, such as `ids.csv:7`. */
export interface ImportLine {
  readonly where: string;
  readonly row: LedgerRow;
}

/** What became of lines. A key that was there already is not counted. */
export interface ImportCounts {
  /** Rows that the ledger did not have. */
  readonly added: number;
  /** Rows that the ledger had without an id that works, or that were forced. */
  readonly replaced: number;
  /** Rows of which the ledger has the very id. */
  readonly same: number;
  /** Rows that the ledger kept as they are. */
  readonly kept: number;
}

/** A ledger that takes lines in, beside whoever writes to it. */
export interface ImportingLedger {
  readonly place: string;
  /** Somebody else writes to it now. */
  isHeld(): Promise<boolean>;
  /**
   * Takes lines in as one transaction, the rows of one (bot, content, kind) by this rule: an id that works is kept, unless
   * `force` and there is another one; a row without one gives way to an id, or, by `force`, to any row. Nothing is done to a
   * row while a call for it is under way, unless an id comes for it. Returns a failure, and takes none of them in, when a
   * line is of another bot, bucket, API server or world than the ledger.
   */
  take(lines: readonly ImportLine[], force: boolean): Promise<ImportCounts | Failure>;
  close(): Promise<void>;
}
