import { ConfigError } from "./error.ts";
import { BadValue } from "./parse.ts";

/** Collects everything that is wrong with several values, so that a user reads all of it at once. */
export class Problems {
  readonly #all: string[] = [];

  /** One line each. */
  get all(): readonly string[] {
    return this.#all;
  }

  add(...problems: readonly string[]): void {
    this.#all.push(...problems);
  }

  /** Returns what `read` returns. Where it throws ConfigError, collects its problems and returns `otherwise`. */
  try<T, O>(read: () => T, otherwise: O): T | O {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.add(...error.problems);
      return otherwise;
    }
  }

  /**
   * Returns what `parse` returns. Where it throws BadValue, collects `<label> it must be <what was expected>` and returns
   * `otherwise`.
   */
  parse<T, O>(label: string, parse: () => T, otherwise: O): T | O {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      this.add(`${label} it must be ${error.message}`);
      return otherwise;
    }
  }

  /** Throws ConfigError with all that was collected, and with `hint` as a way out of all of it. */
  throwIfAny(hint: string | null = null): void {
    if (this.#all.length > 0) throw new ConfigError(this.#all, hint);
  }
}

/**
 * Reads flags and configuration, so that the problems of both are reported at once. Throws ConfigError, with `hint` where the
 * configuration is at fault.
 */
export function readTogether<O extends object, C extends object>(
  readOptions: () => O,
  readConfig: () => C,
  hint: string | null = null,
): { options: O; config: C } {
  const problems = new Problems();
  const options = problems.try(readOptions, null);
  const config = problems.try(readConfig, null);
  if (options && config) return { options, config };
  throw new ConfigError(problems.all, config ? null : hint);
}
