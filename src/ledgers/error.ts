/** Thrown when the store itself fails. `message` is one line: what, where, what to do next. */
export class LedgerError extends Error {
  /** Exit code: 2 for a ledger that cannot be used (held, wrong file), 1 for one that fails later. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2, options?: ErrorOptions) {
    super(message, options);
    this.name = "LedgerError";
    this.exitCode = exitCode;
  }
}
