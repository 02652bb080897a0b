/**
 * What `prewarm()` throws for a bug, or for an answer of a server that nobody expected: please report it. Its message and stack
 * are those of the error that was met, without secrets.
 */
export class UnexpectedError extends Error {
  readonly exitCode = 1;

  constructor(message: string, stack: string | undefined) {
    super(message);
    this.name = "UnexpectedError";
    if (stack !== undefined) this.stack = stack;
  }
}
