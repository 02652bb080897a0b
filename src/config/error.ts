/** Usage or configuration that cannot be worked with: exit code 2. Each problem is one line: what, where, what to do. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  readonly exitCode = 2;
  /** A way out of all of them. */
  readonly hint: string | null;
  /** Among them are values that are not set at all. */
  readonly isIncomplete: boolean;

  constructor(problems: readonly string[], hint: string | null = null, isIncomplete = false) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
    this.hint = hint;
    this.isIncomplete = isIncomplete;
  }
}

/** The exit code of an error that carries one; 1 for an unexpected one. */
export function exitCodeOfError(error: unknown): number {
  return error instanceof Error && "exitCode" in error && typeof error.exitCode === "number"
    ? error.exitCode
    : 1;
}
