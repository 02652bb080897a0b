/** What is wrong with a ledger, for whoever knows a way out of it; `other` where the message has it. */
export type LedgerFault =
  | "no_folder"
  | "no_ledger"
  | "not_writable"
  | "read_only"
  | "newer"
  | "away"
  | "other";

interface LedgerErrorOptions extends ErrorOptions {
  readonly fault?: LedgerFault;
}

/** Thrown when the store itself fails. `message` is one line: what, where, what to do next. */
export class LedgerError extends Error {
  /** Exit code: 2 for a ledger that cannot be used (held, wrong file), 1 for one that fails later. */
  readonly exitCode: 1 | 2;
  readonly fault: LedgerFault;

  constructor(message: string, exitCode: 1 | 2, { fault = "other", ...options }: LedgerErrorOptions = {}) {
    super(message, options);
    this.name = "LedgerError";
    this.exitCode = exitCode;
    this.fault = fault;
  }
}
