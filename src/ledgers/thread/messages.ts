import type { LedgerFault } from "../error.ts";
import type { Ledger } from "../port.ts";

/** A method of the ledger that is one question and one answer. */
export type LedgerMethod = Exclude<keyof Ledger, "place" | "caution" | "shared" | "select">;

/** What the thread is asked: a method of the ledger, or a step of a selection that is read page by page. */
export interface LedgerRequest {
  readonly id: number;
  readonly method: LedgerMethod | "opened" | "select" | "nextPage" | "endSelect";
  readonly input: readonly unknown[];
}

/** What one turn of the event loop asks, with its time in Unix milliseconds. */
export interface RequestBatch {
  readonly at: number;
  readonly requests: readonly LedgerRequest[];
}

/** The answer to a request. Errors cross the border as plain data, since a class does not. */
export type LedgerReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failed: FailedCall };

export interface FailedCall {
  readonly message: string;
  /** Set for a LedgerError. */
  readonly ledger: { readonly exitCode: 1 | 2; readonly fault: LedgerFault } | null;
  readonly stack: string | undefined;
}
